using System.Text.Json;

namespace Imagen4.Emulator.Schema;

/// <summary>What a field takes.</summary>
internal sealed record FieldRule(
    FieldType Type,
    bool Required = false,
    bool Nullable = false,
    JsonElement? Default = null,
    IReadOnlyList<string>? Choices = null,
    long? Minimum = null,
    long? Maximum = null);
