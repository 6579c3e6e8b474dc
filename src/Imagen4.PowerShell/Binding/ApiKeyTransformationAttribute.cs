using System.Management.Automation;
using System.Security;

namespace Imagen4.PowerShell.Binding;

/// <summary>Lets a key be given as plain text too: scripts read it from files and vaults that hold text.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ApiKeyTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        Unwrap.Value(inputData) is string text ? Secure(text) : inputData;

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
