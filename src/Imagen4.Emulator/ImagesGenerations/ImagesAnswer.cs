namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>A success as the document's example shows it.</summary>
internal sealed record ImagesAnswer(IReadOnlyList<GeneratedImage> Images, long Seed);
