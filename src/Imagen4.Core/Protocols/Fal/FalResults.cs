using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>Reads fal's results, in both published generations: with a seed, or with a description.</summary>
internal static class FalResults
{
    /// <summary>The result in an answer, or null where it is none.</summary>
    public static HostResult? Read(HostResponse response) => Read(response.Json.Span, response.Texts) is not { } result ? null : result with
    {
        BillableUnits = FalMarks.Units(response),
    };

    /// <summary>The result in JSON text, or null where it is none.</summary>
    /// <param name="json">The text.</param>
    /// <param name="texts">Texts of which it holds no more than the beginning.</param>
    public static HostResult? Read(ReadOnlySpan<byte> json, LongTexts? texts = null)
    {
        if (Parse(json) is not { } answer
            || (answer.Images is { Count: > 0 } list ? list : OnlyImage(answer) ?? answer.Images) is not { } files)
        {
            return null;
        }

        return new HostResult
        {
            Images = files.Select((file, position) => Image(file, position, texts)).ToList(),
            Seed = answer.Seed,
            Description = answer.Description,
            AdditionalOutput = Json(answer.Others),
        };
    }

    private static FalResultAnswer? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FalJson.Default.FalResultAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Models that make one image return no list, or an empty one.
    private static IReadOnlyList<FalFile>? OnlyImage(FalResultAnswer answer)
    {
        const string Name = "image";
        if (answer.Others?.TryGetValue(Name, out var image) != true || image.ValueKind != JsonValueKind.Object
            || !image.TryGetProperty("url", out var url) || url.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        _ = answer.Others.Remove(Name);
        return image.Deserialize(FalJson.Default.FalFile) is { } file ? [file] : null;
    }

    private static HostImage Image(FalFile file, int position, LongTexts? texts)
    {
        // A file without an address was paid for like the others: it is kept, and saving it fails with a word.
        var bytes = file.Url is { ValueKind: JsonValueKind.String } url ? ImageBytes.Of(url, texts) : new ImageBytes.Remote("");
        var image = new ImagenImage
        {
            Index = position + 1,
            Uri = (bytes as ImageBytes.Remote)?.Shown,
            ContentType = file.ContentType,
            FileName = file.FileName,
            FileSize = file.FileSize,
            Width = file.Width,
            Height = file.Height,
            AdditionalOutput = Json(file.Others),
        };
        return new HostImage(image, bytes);
    }

    private static string? Json(Dictionary<string, JsonElement>? others) => others is { Count: > 0 } ? JsonText.Write(others) : null;
}
