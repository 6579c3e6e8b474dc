using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>Decides where a key may go: to its provider's own scheme, host and port, and nowhere else.</summary>
internal static class HostAddress
{
    /// <summary>An address below a base.</summary>
    /// <param name="host">The provider's base; it may carry a path.</param>
    /// <param name="path">Segments that need no escaping, without a slash in front.</param>
    public static Uri Append(Uri host, string path) => new($"{ProviderAddress.Normal(host)}/{path}");

    /// <summary>Takes an address that a host returned, if a key may go there.</summary>
    /// <param name="host">The provider's base.</param>
    /// <param name="returned">What the host said.</param>
    /// <param name="requestId">The request it has to be about.</param>
    /// <returns>The address on the provider's own base, or null when it is of no use.</returns>
    public static Uri? Rebase(Uri host, string? returned, string requestId)
    {
        if (!Uri.TryCreate(returned, UriKind.Absolute, out var address)
            || !address.Segments.Any(segment => segment.TrimEnd('/') == requestId))
        {
            return null;
        }

        // Aggregators pass on their upstream's addresses, where their token is not valid: the path is all that is taken.
        return IsOwn(host, address) ? address : Append(host, address.AbsolutePath.TrimStart('/'));
    }

    /// <summary>
    /// Refuses to send a key anywhere but to its provider's own hosts: where requests go, where prices and history are, and where files
    /// are uploaded to.
    /// </summary>
    /// <exception cref="InvalidOperationException">The address is another host's: a defect in this module.</exception>
    public static void RequireOwn(Uri address, Uri host, Uri? platform, Uri? storage = null)
    {
        if (!new[] { host, platform, storage }.Any(own => own is not null && IsOwn(own, address)))
        {
            throw new InvalidOperationException(Messages.AddressNotOwn.With(address.Host, host.Host));
        }
    }

    private static bool IsOwn(Uri host, Uri address) =>
        address.Scheme == host.Scheme
        && NameOf(address) is { } name && name.Equals(NameOf(host), StringComparison.OrdinalIgnoreCase)
        && address.Port == host.Port
        && address.UserInfo.Length == 0;

    /// <summary>
    /// The name of a host in its ASCII form; null where it has none. Some names that no resolver takes are found out only when they are
    /// asked for in that form.
    /// </summary>
    public static string? NameOf(Uri address)
    {
        try
        {
            return address.IdnHost;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}
