using System.Text.Json;

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

    public ModelEntry? FindModel(string endpointId) => _file.Models.GetValueOrDefault(endpointId);

    /// <summary>The input fields of one model at the date of one snapshot, in the order in which they are checked.</summary>
    public IReadOnlyList<Field> FieldsOf(ModelEntry model, Snapshot snapshot) =>
        [.. snapshot.Fields.Except(model.Without ?? []).Select(name => new Field(name, _file.Fields[name]))];

    private static Catalogue Load()
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream("catalogue.json")!;
        return new Catalogue(JsonSerializer.Deserialize(stream, CatalogueJson.Default.CatalogueFile)!);
    }
}
