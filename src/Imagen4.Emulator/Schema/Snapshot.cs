namespace Imagen4.Emulator.Schema;

/// <summary>The schema at one date: input fields, output properties and the properties of each file, in order.</summary>
internal sealed record Snapshot(IReadOnlyList<string> Fields, IReadOnlyList<string> Output, IReadOnlyList<string> File);
