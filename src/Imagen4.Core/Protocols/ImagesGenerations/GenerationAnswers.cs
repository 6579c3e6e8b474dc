using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.ImagesGenerations;

/// <summary>
/// An answer of <c>/v1/images/generations</c>. The host's schema names <c>data</c>, its example <c>images</c>, and other models
/// behind the same address answer with <c>output.choices</c>: whichever is there is taken.
/// </summary>
internal sealed record GenerationAnswer
{
    public IReadOnlyList<GeneratedFile?>? Images { get; init; }

    public IReadOnlyList<GeneratedFile?>? Data { get; init; }

    public GenerationOutput? Output { get; init; }

    public long? Seed { get; init; }

    public JsonElement? Meta { get; init; }

    /// <summary>What the generation took, as OpenAI's form has it: tokens, of several kinds.</summary>
    public JsonElement? Usage { get; init; }

    /// <summary>What the generation cost, in the host's own unit, where it says so: credits, or tokens.</summary>
    [JsonIgnore]
    public decimal? UnitsUsed => Number(Member(Member(Meta, "usage"), "credits_used")) ?? Number(Member(Usage, "total_tokens"));

    /// <summary>The images, under whichever name there are any; a list without one may stand before it.</summary>
    [JsonIgnore]
    public IReadOnlyList<GeneratedFile?>? Files
    {
        get
        {
            IReadOnlyList<GeneratedFile?>?[] lists = [Images, Data, Output?.Choices];
            return lists.FirstOrDefault(list => list?.Any(file => file is { HasImage: true }) == true)
                ?? lists.FirstOrDefault(list => list is { Count: > 0 })
                ?? lists.FirstOrDefault(list => list is not null);
        }
    }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    private static decimal? Number(JsonElement? element) => element is { } given
        && decimal.TryParse(JsonText.Text(given), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static JsonElement? Member(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) ? value : null;
}

/// <summary>The list of images in its third form.</summary>
internal sealed record GenerationOutput
{
    public IReadOnlyList<GeneratedFile?>? Choices { get; init; }
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

    /// <summary>Whether it has an image under one of the three names.</summary>
    [JsonIgnore]
    public bool HasImage => IsGiven(Url) || IsGiven(B64Json) || IsGiven(ImageBase64);

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    private static bool IsGiven(JsonElement? text) => text is { ValueKind: JsonValueKind.String } given && !given.ValueEquals("");
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
internal sealed partial class GenerationJson : JsonSerializerContext;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>)])]
[JsonSerializable(typeof(GenerationError))]
internal sealed partial class GenerationErrorJson : JsonSerializerContext;
