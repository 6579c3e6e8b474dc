using System.Management.Automation;
using Imagen4.Core.Http;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Takes any text for an address, so that one that cannot be is an error of this module: PowerShell's own would repeat it, with what may
/// be a password in it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddressTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        BoundValue.Plain(inputData) is string text ? Read(text) : inputData;

    private static object Read(string text) =>
        string.IsNullOrWhiteSpace(text) ? text : ProviderAddress.Read(text.Trim()) is { } address ? address : RefusedAddress.Of(text.Trim());
}

/// <summary>What was given as an address and cannot be one, without what may be secret in it.</summary>
/// <param name="Text">What is left of it.</param>
internal sealed record RefusedAddress(string Text)
{
    /// <summary>Takes what was given.</summary>
    public static RefusedAddress Of(string text) => new(ProviderAddress.WithoutSecrets(text));

    /// <inheritdoc/>
    public override string ToString() => Text;
}
