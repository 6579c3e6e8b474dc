namespace Imagen4.Core.Pump;

/// <summary>A place at a provider, or in the line before it.</summary>
/// <param name="provider">The provider.</param>
public sealed class HostSlot(string provider)
{
    /// <summary>The provider.</summary>
    internal string Provider { get; } = provider;

    /// <summary>Ends with whether work may begin. Who gives the turn must not run the work that gets it.</summary>
    internal TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
