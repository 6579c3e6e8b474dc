namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>A file of <see cref="ImagesAnswer"/>.</summary>
internal sealed record GeneratedImage(string Url, string? ContentType, string? FileName, long? FileSize);
