using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.ImagesGenerations;

/// <summary>
/// An answer of <c>/v1/images/generations</c>. The host's schema names <c>data</c>, its example <c>images</c>, and other models
/// behind the same address answer with <c>output.choices</c>: whichever is there is taken.
/// </summary>
internal sealed record GenerationAnswer
{
    [JsonConverter(typeof(GeneratedFiles))]
    public IReadOnlyList<GeneratedFile>? Images { get; init; }

    [JsonConverter(typeof(GeneratedFiles))]
    public IReadOnlyList<GeneratedFile>? Data { get; init; }

    [JsonConverter(typeof(TolerantOutput))]
    public GenerationOutput? Output { get; init; }

    public long? Seed { get; init; }

    public JsonElement? Meta { get; init; }

    /// <summary>What the generation took, as OpenAI's form has it: tokens, of several kinds.</summary>
    public JsonElement? Usage { get; init; }

    /// <summary>What the generation cost, in the host's own unit, where it says so: credits, or tokens.</summary>
    [JsonIgnore]
    public decimal? UnitsUsed => Number(Member(Member(Meta, "usage"), "credits_used")) ?? Number(Member(Usage, "total_tokens"));

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>The images, under whichever name there are any; a list without one may stand before it.</summary>
    /// <param name="texts">Texts of which the answer holds no more than the beginning.</param>
    public IReadOnlyList<GeneratedFile>? Files(LongTexts? texts)
    {
        IReadOnlyList<GeneratedFile>?[] lists = [Images, Data, Output?.Choices];
        return lists.FirstOrDefault(list => list?.Any(file => file.HasImage(texts)) == true)
            ?? lists.FirstOrDefault(list => list is { Count: > 0 })
            ?? lists.FirstOrDefault(list => list is not null);
    }

    private static decimal? Number(JsonElement? element) => element is { } given
        && decimal.TryParse(JsonText.Text(given), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static JsonElement? Member(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) ? value : null;
}

/// <summary>The list of images in its third form.</summary>
internal sealed record GenerationOutput
{
    [JsonConverter(typeof(GeneratedFiles))]
    public IReadOnlyList<GeneratedFile>? Choices { get; init; }
}

/// <summary>An image: an address, or base64 under one of two names.</summary>
internal sealed record GeneratedFile
{
    public JsonElement? Url { get; init; }

    public JsonElement? B64Json { get; init; }

    public JsonElement? ImageBase64 { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? ContentType { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? FileName { get; init; }

    public long? FileSize { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>Whether there is an image under one of the three names.</summary>
    /// <param name="texts">Texts of which the answer holds no more than the beginning.</param>
    public bool HasImage(LongTexts? texts) => Forms(texts).Any(IsThere);

    /// <summary>
    /// The image: under the first of the three names that has one, or under the first that has a text at all, for what is said of it when
    /// it is saved; null where none has.
    /// </summary>
    /// <param name="texts">Texts of which the answer holds no more than the beginning.</param>
    public ImageBytes? Bytes(LongTexts? texts) => Forms(texts).FirstOrDefault(IsThere) ?? Forms(texts).FirstOrDefault();

    private IEnumerable<ImageBytes> Forms(LongTexts? texts)
    {
        if (Url is { ValueKind: JsonValueKind.String } url && !url.ValueEquals(""))
        {
            yield return ImageBytes.Of(url, texts);
        }

        foreach (var base64 in new[] { B64Json, ImageBase64 })
        {
            if (base64 is { ValueKind: JsonValueKind.String } text)
            {
                yield return ImageBytes.Inline.From(text, texts);
            }
        }
    }

    private static bool IsThere(ImageBytes bytes) => bytes is ImageBytes.Inline inline ? !inline.Text.ValueEquals("") : bytes.CanBeRead;
}

/// <summary>Reads the images of an answer.</summary>
internal sealed class GeneratedFiles : TolerantList<GeneratedFile>
{
    protected override JsonTypeInfo<GeneratedFile> Element => GenerationJson.Default.GeneratedFile;
}

/// <summary>Reads the third form; other hosts call something else by its name.</summary>
internal sealed class TolerantOutput : JsonConverter<GenerationOutput>
{
    public override GenerationOutput? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return JsonSerializer.Deserialize(ref reader, GenerationJson.Default.GenerationOutput);
        }

        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, GenerationOutput value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>An error: flat, or one level down.</summary>
internal sealed record GenerationError
{
    public string? Message { get; init; }

    public string? RequestId { get; init; }

    public int? StatusCode { get; init; }

    public GenerationErrorBody? Error { get; init; }

    /// <summary>What the host says, wherever it says it.</summary>
    public string? Text => Message ?? Error?.Message;
}

/// <summary>The error one level down.</summary>
internal sealed record GenerationErrorBody
{
    public string? Message { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? Type { get; init; }

    [JsonConverter(typeof(HostWord))]
    public string? Code { get; init; }

    /// <summary>The input it is about, as the host spells it.</summary>
    public string? Param { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<long>)])]
[JsonSerializable(typeof(GenerationAnswer))]
[JsonSerializable(typeof(GenerationOutput))]
[JsonSerializable(typeof(GeneratedFile))]
internal sealed partial class GenerationJson : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>)])]
[JsonSerializable(typeof(GenerationError))]
internal sealed partial class GenerationErrorJson : JsonSerializerContext;
