using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>Results are in snake case here.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImagesAnswer))]
[JsonSerializable(typeof(DataAnswer))]
internal sealed partial class GenerationsJson : JsonSerializerContext
{
    public static GenerationsJson Wire => field ??= new GenerationsJson(PlainText.OptionsOf(Default));
}

/// <summary>A success as the document's example shows it.</summary>
internal sealed record ImagesAnswer(IReadOnlyList<GeneratedImage> Images, long Seed);

/// <summary>A file of <see cref="ImagesAnswer"/>.</summary>
internal sealed record GeneratedImage(string Url, string? ContentType, string? FileName, long? FileSize);

/// <summary>A success as the document's schema has it.</summary>
internal sealed record DataAnswer(IReadOnlyList<DataImage> Data, DataMeta Meta);

/// <summary>A file of <see cref="DataAnswer"/>.</summary>
internal sealed record DataImage([property: JsonPropertyName("b64_json")] string Base64);

/// <summary>Details about a generation.</summary>
internal sealed record DataMeta(DataUsage Usage);

/// <summary>What a generation cost, in the host's credits.</summary>
internal sealed record DataUsage(long CreditsUsed);

/// <summary>The host's one form of an error.</summary>
internal sealed record GenerationsError(string Message, string Path, string RequestId, int StatusCode, DateTime Timestamp);

/// <summary>Errors are in camel case here, unlike results.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GenerationsError))]
internal sealed partial class GenerationsErrorJson : JsonSerializerContext
{
    public static GenerationsErrorJson Wire => field ??= new GenerationsErrorJson(PlainText.OptionsOf(Default));
}
