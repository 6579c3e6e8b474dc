namespace Imagen4.Emulator.Schema;

/// <summary>An input field of a model.</summary>
internal sealed record Field(string Name, FieldRule Rule);
