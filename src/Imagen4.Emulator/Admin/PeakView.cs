namespace Imagen4.Emulator.Admin;

/// <summary>The most there was of each at one time.</summary>
internal sealed record PeakView(int Running, int Waiting, int Connections);
