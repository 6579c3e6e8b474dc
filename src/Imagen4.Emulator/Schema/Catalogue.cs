using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Schema;

/// <summary>The models and the dated schemas that the emulator knows, read from the embedded catalogue.</summary>
internal sealed class Catalogue
{
    /// <summary>All fields of all snapshots: what a client may meet, whatever the date.</summary>
    public const string DefaultSnapshot = "union";

    private readonly CatalogueFile _file;

    private Catalogue(CatalogueFile file) => _file = file;

    public static Catalogue Default { get; } = Load();

    public IReadOnlyCollection<string> SnapshotNames => _file.Snapshots.Keys;

    public Snapshot Snapshot(string name) => _file.Snapshots[name];

    /// <summary>The endpoint ids, in the order in which the catalogue lists them.</summary>
    public IReadOnlyCollection<string> EndpointIds => _file.Models.Keys;

    public ModelEntry? FindModel(string endpointId) => _file.Models.GetValueOrDefault(endpointId);

    /// <summary>The schema of a model: its own, or for those that have had several, the one at the date of the snapshot.</summary>
    public Snapshot SchemaOf(ModelEntry? model, Snapshot snapshot) => model?.Schema is { } own ? _file.Schemas[own] : snapshot;

    /// <summary>The input fields of one model at the date of one snapshot, in the order in which they are checked.</summary>
    public IReadOnlyList<Field> FieldsOf(ModelEntry model, Snapshot snapshot)
    {
        var schema = SchemaOf(model, snapshot);
        return
        [
            .. schema.Fields.Except(model.Without ?? [])
                .Select(name => new Field(name, schema.Rules?.GetValueOrDefault(name) ?? _file.Fields[name])),
        ];
    }

    private static Catalogue Load()
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream("catalogue.json")!;
        return new Catalogue(JsonSerializer.Deserialize(stream, CatalogueJson.Default.CatalogueFile)!);
    }
}

/// <summary>catalogue.json as it is written.</summary>
internal sealed record CatalogueFile(
    Dictionary<string, ModelEntry> Models,
    Dictionary<string, FieldRule> Fields,
    Dictionary<string, Snapshot> Snapshots,
    Dictionary<string, Snapshot> Schemas);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueJson : JsonSerializerContext;

/// <summary>A model endpoint that can be submitted to.</summary>
/// <param name="Without">Fields that this model lacks, whatever the snapshot has.</param>
/// <param name="Retired">The host does not serve it any more.</param>
/// <param name="Price">US dollars for one image.</param>
/// <param name="Schema">The name of its own schema, whatever the snapshot.</param>
/// <param name="Units">How many units an image is billed as, by an input's choice: the input, then its choices.</param>
/// <param name="Extras">US dollars on top of every image, by an input's value: the input, then its values.</param>
internal sealed record ModelEntry(
    IReadOnlyList<string>? Without = null,
    bool Retired = false,
    decimal? Price = null,
    string? Schema = null,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, decimal>>? Units = null,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, decimal>>? Extras = null)
{
    /// <summary>How many units an image is billed as, for an input that was checked.</summary>
    public decimal UnitsPerImage(IReadOnlyDictionary<string, object?> input) =>
        Of(Units, input).Aggregate(1m, (units, by) => units * by) + (Price is > 0 ? Of(Extras, input).Sum() / Price.Value : 0);

    private static IEnumerable<decimal> Of(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, decimal>>? rules, IReadOnlyDictionary<string, object?> input) =>
        from rule in rules ?? new Dictionary<string, IReadOnlyDictionary<string, decimal>>()
        let value = input.GetValueOrDefault(rule.Key) switch { true => "true", false => "false", var other => other as string }
        where value is not null && rule.Value.ContainsKey(value)
        select rule.Value[value];
}

/// <summary>A schema, of a model or at one date: input fields, output properties and the properties of each file, in order.</summary>
/// <param name="Fields">The names of the input fields.</param>
/// <param name="Output">The properties of the output.</param>
/// <param name="File">The properties of each file.</param>
/// <param name="Rules">What fields take that differ from the others of their name.</param>
internal sealed record Snapshot(
    IReadOnlyList<string> Fields,
    IReadOnlyList<string> Output,
    IReadOnlyList<string> File,
    IReadOnlyDictionary<string, FieldRule>? Rules = null);
