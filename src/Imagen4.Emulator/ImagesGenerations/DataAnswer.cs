namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>A success as the document's schema has it.</summary>
internal sealed record DataAnswer(IReadOnlyList<DataImage> Data, DataMeta Meta);
