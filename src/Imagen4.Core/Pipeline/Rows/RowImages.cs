using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>Puts the images that a row is made from where its model takes them. Files are read; nothing is sent.</summary>
/// <param name="files">The files of the batch.</param>
internal sealed class RowImages(LocalFiles files)
{
    /// <summary>The input with its images in it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="host">Where it goes.</param>
    /// <param name="id">The endpoint id.</param>
    /// <param name="model">What the model takes; null where that is not known.</param>
    /// <param name="named">The known request that the row's record comes from, or null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidInputException">The model takes none, or not so many; or one of them cannot be sent.</exception>
    public async ValueTask<ImageInput> AddAsync(
        ImageRow row, HostConnection host, string id, ModelDefinition? model, LedgerRequest? named, CancellationToken cancellation)
    {
        if (row.Images.Count == 0)
        {
            return row.Input;
        }

        var target = Recorded(row.Images, model, named) ?? Target(id, model, host.Profile);
        if (target.Kind != InputKind.TextList && row.Images.Count > 1)
        {
            throw new InvalidInputException(Messages.ImagesTooMany.With(id, row.Images.Count));
        }

        var texts = new List<string>();
        foreach (var path in row.Images.Paths)
        {
            var file = row.IsSidecar && NamedBy(Path.GetFileName(path), named) is { } recorded
                ? recorded
                : await ReadAsync(Full(path), named, cancellation).ConfigureAwait(false);
            texts.Add(file.Text);
        }

        texts.AddRange(row.Images.Uris.Select(Address));
        return row.Input with { AdditionalInput = With(row, target, texts) };
    }

    private static InputDefinition Target(string id, ModelDefinition? model, ProviderProfile profile)
    {
        if (model is null)
        {
            var isListed = ModelCache.HasCatalogue(profile);
            throw new InvalidInputException(
                isListed ? Messages.ImagesOfUnknownModel.With(id) : Messages.ImagesOfUndefinedModel.With(id, profile.Name))
            {
                NextCommand = isListed ? Messages.CommandRefreshModel.With(CommandText.Argument(id)) : null,
            };
        }

        if (model.ImageInput is { } taken)
        {
            return taken;
        }

        var edit = $"{id}/edit";
        throw ModelCatalog.Find(profile.Protocol, edit)?.ImageInput is null
            ? new InvalidInputException(Messages.ImagesNotTaken.With(id)) { NextCommand = Messages.CommandFindEdit }
            : new InvalidInputException(Messages.ImagesTakenByEdit.With(id, edit))
            {
                NextCommand = Messages.CommandOtherModel.With(CommandText.Argument(edit)),
            };
    }

    // A request that is known goes on with the file it was made from, also when that is no longer there.
    private async ValueTask<FileReference> ReadAsync(string path, LedgerRequest? named, CancellationToken cancellation)
    {
        try
        {
            return await files.AddImageAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (InvalidInputException) when (Recorded(path, named) is not null && !Path.Exists(path))
        {
            return Recorded(path, named)!;
        }
    }

    // What a model takes that nothing is known of, the request has shown.
    private static InputDefinition? Recorded(ImageList images, ModelDefinition? model, LedgerRequest? named) =>
        model is null && images.Paths.Count == 0
        && named?.Input?.AdditionalInput?.FirstOrDefault(member => ImageList.InputNames.Contains(member.Key)) is { Key: { } name, Value: var value }
            ? new InputDefinition { Name = name, Kind = value.ValueKind == JsonValueKind.Array ? InputKind.TextList : InputKind.Text }
            : null;

    private static FileReference? Recorded(string path, LedgerRequest? named) =>
        named?.Input is { } input ? FileReference.In(input).FirstOrDefault(file => file.Path == path) : null;

    // A sidecar has the file's name alone: what is called so here may be another file.
    private static FileReference? NamedBy(string name, LedgerRequest? named) => named?.Input is { } input
        ? FileReference.In(input).FirstOrDefault(file => file.Path is { } path && path[(path.LastIndexOfAny(['/', '\\']) + 1)..] == name)
        : null;

    private static string Full(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException error)
        {
            throw new InvalidInputException(Messages.FileNotOpened.With(PlainText.Brief(path), error.Message), error);
        }
    }

    private static string Address(string uri) => ImageList.IsAddress(uri) ? uri
        : throw new InvalidInputException(
            (Uri.TryCreate(uri, UriKind.Absolute, out var address) && address.IsFile ? Messages.ImageUriIsPath : Messages.ImageUriMalformed)
                .With(PlainText.Brief(AddressText.WithoutSecrets(uri))));

    private static Dictionary<string, JsonElement> With(ImageRow row, InputDefinition target, List<string> texts)
    {
        JsonNode value = target.Kind == InputKind.TextList
            ? new JsonArray([.. texts.Select(text => JsonValue.Create(text))])
            : JsonValue.Create(texts[0]);
        var json = JsonElement.Parse(value.ToJsonString());
        var additional = new Dictionary<string, JsonElement>(
            row.Input.AdditionalInput ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
        return additional.TryAdd(target.Name, json) || JsonText.AreEqual(additional[target.Name], json)
            ? additional
            : throw new InvalidInputException(Messages.ImagesTwice.With(target.Name));
    }
}
