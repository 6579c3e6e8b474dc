using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// What is written beside an image: one flat object with what its request and the image are, under the names that the objects users see
/// have. It is read by other programs and on other machines: it has no secret and no path in it.
/// </summary>
internal static class Sidecar
{
    private const int SchemaVersion = 1;

    private static readonly JsonWriterOptions Written = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The path of an image's sidecar.</summary>
    public static string PathOf(string image) => image + ".json";

    /// <summary>Writes the sidecar of an image that has been saved. One that is there already and is of this image stays.</summary>
    /// <param name="folder">Where the image is.</param>
    /// <param name="result">The result.</param>
    /// <param name="image">The image.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FileExistsException">Another file is in the way, and is not to be overwritten.</exception>
    /// <exception cref="DownloadFailedException">It cannot be written.</exception>
    public static async Task WriteAsync(OutputFolder folder, ImagenResult result, ImagenImage image, CancellationToken cancellation)
    {
        var final = PathOf(image.Path!);
        if (!folder.Overwrites && IsOf(final, result, image))
        {
            return;
        }

        try
        {
            // Where the image is: it may have been saved by an earlier run, and elsewhere.
            var owner = result.RequestId ?? Path.GetFileName(final);
            var file = PartialFiles.Create(Path.GetDirectoryName(final)!, SafeFileName.Whole(owner));
            var isRenamed = false;
            try
            {
                await using (file.ConfigureAwait(false))
                {
                    await file.WriteAsync(Json(result, image), cancellation).ConfigureAwait(false);
                    file.Flush(flushToDisk: true);
                    isRenamed = await PublishAsync(file.Name, final, folder.Overwrites, cancellation).ConfigureAwait(false);
                }
            }
            finally
            {
                if (!isRenamed)
                {
                    await BusyFile.DeleteAsync(file.Name).ConfigureAwait(false);
                }
            }

            if (!isRenamed && !IsOf(final, result, image))
            {
                throw new FileExistsException(Messages.FileExists.With(final));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DownloadFailedException(Messages.SidecarNotWritten.With(final, error.Message), error);
        }
    }

    private static async Task<bool> PublishAsync(string draft, string final, bool overwrites, CancellationToken cancellation)
    {
        if (!overwrites)
        {
            return await ExclusiveRename.TryMoveAsync(draft, final, cancellation).ConfigureAwait(false);
        }

        await BusyFile.ReplaceAsync(draft, final, cancellation).ConfigureAwait(false);
        return true;
    }

    // Two processes that save one image may both write it; when its result was read is the only thing in which they differ.
    private static bool IsOf(string path, ImagenResult result, ImagenImage image)
    {
        try
        {
            // To open a pipe would be to wait for whoever writes to it; its length is 0.
            if (SavedFile.Find(path) is not { Length: > 0 })
            {
                return false;
            }

            using var file = UnlockedFile.Open(path, bufferSize: 4096);
            using var known = JsonDocument.Parse(file);
            return known.RootElement.ValueKind == JsonValueKind.Object
                && Is("RequestId", result.RequestId) && Is("Sha256", image.Sha256)
                && Is("ImageIndex", image.Index.ToString(CultureInfo.InvariantCulture));

            bool Is(string name, string? text) => known.RootElement.TryGetProperty(name, out var value) && value.ToString() == text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    private static byte[] Json(ImagenResult result, ImagenImage image)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Written))
        {
            json.WriteStartObject();
            json.WriteNumber("SchemaVersion", SchemaVersion);
            foreach (var (name, value) in Members(result, image))
            {
                Write(json, name, value);
            }

            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static IEnumerable<(string Name, object? Value)> Members(ImagenResult result, ImagenImage image) =>
    [
        (nameof(result.RequestId), result.RequestId),
        (nameof(result.Provider), result.Provider),
        (nameof(result.Model), result.Model),
        (nameof(result.Key), result.Key),
        (nameof(result.Index), result.Index),
        (nameof(result.LedgerId), result.LedgerId),
        (nameof(result.State), ImagenStates.Delivered),
        .. Inputs(result),
        (nameof(result.Description), result.Description),
        (nameof(result.BillableUnits), result.BillableUnits),
        (nameof(result.Cost), result.Cost),
        (nameof(result.Currency), result.Currency),
        (nameof(result.SubmittedAt), result.SubmittedAt),
        (nameof(result.CompletedAt), result.CompletedAt),
        (nameof(result.AdditionalOutput), result.AdditionalOutput),
        ("ImageIndex", image.Index),
        (nameof(image.FileName), Path.GetFileName(image.Path)),
        (nameof(image.ContentType), image.ContentType),
        (nameof(image.FileSize), image.FileSize),
        (nameof(image.Width), image.Width),
        (nameof(image.Height), image.Height),
        (nameof(image.Sha256), image.Sha256),
    ];

    private static IEnumerable<(string Name, object? Value)> Inputs(ImagenInputs inputs) => typeof(ImagenInputs).GetProperties()
        .Select(property => (property.Name, property.Name switch
        {
            nameof(ImagenInputs.ImagePath) => FileNames(inputs.ImagePath),
            nameof(ImagenInputs.WebhookUri) => Public(inputs.WebhookUri),
            _ => property.GetValue(inputs),
        }));

    // Where the files of this machine are is nobody else's business, and true here only.
    private static string? FileNames(string? paths) => paths is null ? null
        : TextList.Write(
        [
            .. TextList.ReadTexts(new Cell(0, nameof(ImagenInputs.ImagePath), paths), mayBeName: true)
                .Select(path => path[(path.LastIndexOfAny(['/', '\\']) + 1)..]),
        ]);

    // The query of a webhook's address is where its secret is.
    private static string? Public(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Query.Length == 0 ? address : null;

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case decimal number:
                json.WriteNumber(name, number);
                break;
            case DateTime time:
                json.WriteString(name, time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                break;
        }
    }
}
