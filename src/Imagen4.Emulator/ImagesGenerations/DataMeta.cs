namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>Details about a generation.</summary>
internal sealed record DataMeta(DataUsage Usage);
