using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>
/// Addresses by which files that are not for everybody can be read without the key, for a while: <c>POST …/storage/files/sign</c>. The
/// host makes them for its own files and for those who may read them; the key goes to the host, and never to where the files are.
/// </summary>
internal static class FileSigning
{
    // Longer than any download takes.
    private const int ValidSeconds = 3600;

    /// <summary>What signs the addresses of a host's files; null where the host has no such thing.</summary>
    public static Func<Uri, CancellationToken, Task<Uri?>>? Of(HostConnection host) =>
        host.Profile.MediaHosts.Count > 0 && Places(host.Profile).Any()
            ? (file, cancellation) => SignAsync(host, file, cancellation)
            : null;

    /// <summary>Whether a file is one of a host's.</summary>
    public static bool IsOwn(ProviderProfile profile, Uri file) => file.UserInfo.Length == 0
        && profile.MediaHosts.Any(own => own.Contains(':', StringComparison.Ordinal)
            ? file.Authority.Equals(own, StringComparison.OrdinalIgnoreCase)
            : file.Scheme == Uri.UriSchemeHttps && file.IsDefaultPort && IsBelow(file.Host, own));

    private static async Task<Uri?> SignAsync(HostConnection host, Uri file, CancellationToken cancellation)
    {
        // The endpoint takes no address with a query; one that has one is signed already, or another host's.
        if (!IsOwn(host.Profile, file) || file.Query.Length > 0)
        {
            return null;
        }

        HostResponse? refused = null;
        foreach (var place in Places(host.Profile))
        {
            var address = HostAddress.Append(place, $"storage/files/sign?url={Uri.EscapeDataString(file.AbsoluteUri)}");
            var body = Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $$"""{"expiration_seconds":{{ValidSeconds}}}"""));
            refused = await host.AskAsync(address, body, cancellation).ConfigureAwait(false);
            if (refused.IsSuccess)
            {
                // Only a file of the host's own is fetched by it, whatever the answer names.
                return Uri.TryCreate(refused.Read(SigningJson.Default.SignedFile)?.SignedUrl, UriKind.Absolute, out var signed)
                    && IsOwn(host.Profile, signed)
                        ? signed
                        : throw Refused(host, refused);
            }

            if ((int)refused.Status is not (404 or 405))
            {
                break;
            }
        }

        throw Refused(host, refused!);
    }

    // As its reference has it, the platform's API signs; a page of its documentation names the storage.
    private static IEnumerable<Uri> Places(ProviderProfile profile) =>
        new[] { profile.PlatformUri, profile.StorageUri }.OfType<Uri>().Distinct();

    private static bool IsBelow(string host, string own) =>
        host.Equals(own, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{own}", StringComparison.OrdinalIgnoreCase);

    private static InvalidResponseException Refused(HostConnection host, HostResponse response) =>
        new(Messages.MediaSignRefused.With(host.Profile.Name, (int)response.Status,
            response.IsSuccess ? response.ContentType ?? "?" : FalErrorDetail.Read(response).Text)) { StatusCode = (int)response.Status };
}

/// <summary>The answer with a signed address.</summary>
internal sealed record SignedFile
{
    public string? SignedUrl { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(TolerantText)])]
[JsonSerializable(typeof(SignedFile))]
internal sealed partial class SigningJson : JsonSerializerContext;
