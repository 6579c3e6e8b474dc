using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>Checks addresses of providers: keys are sent there.</summary>
public static class ProviderAddress
{
    /// <summary>Checks an address.</summary>
    /// <exception cref="InvalidInputException">
    /// It is not https (http for this machine alone), or carries a user, a query or a fragment.
    /// </exception>
    public static Uri Validate(Uri address) => IsAccepted(address) ? address : throw Refused(address.OriginalString);

    /// <summary>The address that a text is; null where it is none, or none that <see cref="Validate"/> takes.</summary>
    public static Uri? Read(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && IsAccepted(address) ? address : null;

    /// <summary>The error of a text that is no address, or none that <see cref="Validate"/> takes.</summary>
    public static InvalidInputException Refused(string text) => new(Messages.BaseUriRefused.With(PlainText.Brief(WithoutSecrets(text))));

    private static bool IsAccepted(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.UserInfo.Length == 0
        && address.Query.Length == 0
        && address.Fragment.Length == 0
        && HostAddress.NameOf(address) is not null;

    /// <summary>An address as text that is the same for all who mean the same host: without a final slash.</summary>
    public static string Normal(Uri address) => address.AbsoluteUri.TrimEnd('/');

    /// <summary>An address as messages show it: without a user, and without what is in its query and its fragment.</summary>
    /// <remarks>What is refused may have a password or a key in it, and messages end in logs. It may be no address at all.</remarks>
    public static string WithoutSecrets(Uri address) => WithoutSecrets(address.OriginalString);

    /// <summary>A text that was to be an address as messages show it, likewise.</summary>
    public static string WithoutSecrets(string text) => AddressText.WithoutSecrets(text);

    /// <summary>The address that may have been meant by one that is refused; null where nothing is likely.</summary>
    public static Uri? Meant(string address)
    {
        var text = WithoutSecrets(address);
        var end = text.AsSpan().IndexOfAny('?', '#');
        text = end < 0 ? text : text[..end];
        if (text.Contains('*'))
        {
            return null;
        }

        var rest = text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? text[(scheme + 3)..] : text.TrimStart('/');
        return new[] { Uri.UriSchemeHttp, Uri.UriSchemeHttps }
            .Select(form => Uri.TryCreate($"{form}://{rest}", UriKind.Absolute, out var meant) ? meant : null)
            .FirstOrDefault(meant => meant is not null && IsAccepted(meant));
    }
}
