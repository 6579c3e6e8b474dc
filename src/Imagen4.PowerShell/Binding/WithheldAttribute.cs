using System.Management.Automation;
using System.Security;

namespace Imagen4.PowerShell.Binding;

/// <summary>Takes whatever is given and keeps nothing of it, so that it is in no error and in no bound parameter either.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WithheldAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => new SecureString();
}
