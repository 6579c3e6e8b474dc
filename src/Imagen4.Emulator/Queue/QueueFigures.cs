namespace Imagen4.Emulator.Queue;

/// <summary>How many jobs there are of each kind.</summary>
internal readonly record struct QueueFigures(int Running, int Waiting);
