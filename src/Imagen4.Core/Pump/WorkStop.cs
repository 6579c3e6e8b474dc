namespace Imagen4.Core.Pump;

/// <summary>How work is asked to end.</summary>
/// <param name="Stopping">Nothing new is begun, and nobody waits any longer.</param>
/// <param name="Abandoning">What cannot be taken back is given up too: a moment later, so that an answer on its way is still heard.</param>
public readonly record struct WorkStop(CancellationToken Stopping, CancellationToken Abandoning);
