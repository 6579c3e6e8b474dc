using System.Net;
using System.Security;

namespace Imagen4.PowerShell.Binding;

/// <summary>Takes a key out of its SecureString, which keeps it from history and transcripts.</summary>
internal static class PlainKey
{
    /// <summary>The key, or null for none.</summary>
    public static string? Of(SecureString? key) => key is { Length: > 0 } ? new NetworkCredential("", key).Password : null;
}
