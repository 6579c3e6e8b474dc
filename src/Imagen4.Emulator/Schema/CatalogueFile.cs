using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Schema;

/// <summary>catalogue.json as it is written.</summary>
internal sealed record CatalogueFile(
    Dictionary<string, ModelEntry> Models,
    Dictionary<string, FieldRule> Fields,
    Dictionary<string, Snapshot> Snapshots);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
