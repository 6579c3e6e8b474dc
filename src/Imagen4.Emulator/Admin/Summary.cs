namespace Imagen4.Emulator.Admin;

/// <summary>What the queue is like now.</summary>
internal sealed record Summary(int Running, int Waiting, int Bills, int Slots, double GenerationTime);
