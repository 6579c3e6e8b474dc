using System.Diagnostics.CodeAnalysis;

namespace Imagen4.Emulator.Webhooks;

/// <summary>Where webhooks may go: to this machine, so that nobody's emulator calls anybody.</summary>
internal static class WebhookAddress
{
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.IsLoopback;
}
