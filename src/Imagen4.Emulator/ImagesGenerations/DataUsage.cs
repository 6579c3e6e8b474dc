namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>What a generation cost, in the host's credits.</summary>
internal sealed record DataUsage(long CreditsUsed);
