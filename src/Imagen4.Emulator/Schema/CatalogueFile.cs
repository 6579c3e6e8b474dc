using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Schema;

/// <summary>catalogue.json as it is written.</summary>
internal sealed record CatalogueFile(
    Dictionary<string, ModelEntry> Models,
    Dictionary<string, FieldRule> Fields,
    Dictionary<string, Snapshot> Snapshots);

/// <param name="Without">Fields that this model lacks, whatever the snapshot has.</param>
/// <param name="Retired">The host does not serve it any more.</param>
internal sealed record ModelEntry(IReadOnlyList<string>? Without = null, bool Retired = false);

/// <summary>The schema at one date: input fields, output properties and the properties of each file, in order.</summary>
internal sealed record Snapshot(IReadOnlyList<string> Fields, IReadOnlyList<string> Output, IReadOnlyList<string> File);

internal sealed record FieldRule(
    FieldType Type,
    bool Required = false,
    bool Nullable = false,
    JsonElement? Default = null,
    IReadOnlyList<string>? Choices = null,
    long? Minimum = null,
    long? Maximum = null);

internal sealed record Field(string Name, FieldRule Rule);

[JsonConverter(typeof(JsonStringEnumConverter<FieldType>))]
internal enum FieldType
{
    String,
    Integer,
    Boolean,
    Choice,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
