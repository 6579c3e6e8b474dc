using System.Management.Automation;
using System.Net;
using System.Security;

namespace Imagen4.PowerShell.Binding;

/// <summary>Lets a key be given as plain text too: scripts read it from files and vaults that hold text.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ApiKeyTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        BoundValue.Plain(inputData) is string text ? Secure(text) : inputData;

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (var letter in text)
        {
            secure.AppendChar(letter);
        }

        secure.MakeReadOnly();
        return secure;
    }
}

/// <summary>Takes a key out of its SecureString, which keeps it from history and transcripts.</summary>
internal static class SecureText
{
    /// <summary>The key, or null for none.</summary>
    public static string? Of(SecureString? key) => key is { Length: > 0 } ? new NetworkCredential("", key).Password : null;
}
