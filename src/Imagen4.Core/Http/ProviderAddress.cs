using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>Checks addresses of providers: keys are sent there.</summary>
public static class ProviderAddress
{
    /// <summary>Checks an address.</summary>
    /// <exception cref="InvalidInputException">
    /// It is not https (http for this machine alone), or carries a user, a query or a fragment.
    /// </exception>
    public static Uri Validate(Uri address) =>
        address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.UserInfo.Length == 0
        && address.Query.Length == 0
        && address.Fragment.Length == 0
            ? address
            : throw new InvalidInputException(Messages.BaseUriRefused.With(PlainText.Brief(WithoutSecrets(address))));

    /// <summary>An address as text that is the same for all who mean the same host: without a final slash.</summary>
    public static string Normal(Uri address) => address.AbsoluteUri.TrimEnd('/');

    // What is refused may be an address with a password in it, and messages end in logs.
    private static string WithoutSecrets(Uri address) => address is { IsAbsoluteUri: true, UserInfo.Length: > 0 }
        ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        : address.OriginalString;
}
