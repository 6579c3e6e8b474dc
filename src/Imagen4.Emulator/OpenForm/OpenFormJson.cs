using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.OpenForm;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAnswer))]
[JsonSerializable(typeof(OpenError))]
internal sealed partial class OpenFormJson : JsonSerializerContext
{
    public static OpenFormJson Wire => field ??= new OpenFormJson(PlainText.OptionsOf(Default));
}

/// <summary>A success: the images inside it, and the tokens they took.</summary>
internal sealed record OpenAnswer(
    long Created, string OutputFormat, string Quality, string Size, IReadOnlyList<OpenImage> Data, OpenUsage Usage);

/// <summary>An image of <see cref="OpenAnswer"/>.</summary>
internal sealed record OpenImage([property: JsonPropertyName("b64_json")] string Base64);

/// <summary>What a generation took.</summary>
internal sealed record OpenUsage(long TotalTokens, long InputTokens, long OutputTokens);

/// <summary>An error, one level down.</summary>
internal sealed record OpenError(OpenErrorBody Error)
{
    public static JsonAnswer Answer(int status, string message, string type, string? code = null, string? param = null) =>
        JsonAnswer.Of(status, new OpenError(new OpenErrorBody(message, type, param, code)), OpenFormJson.Wire.OpenError);
}

/// <summary>What <see cref="OpenError"/> says. Members without a value are there, and null.</summary>
internal sealed record OpenErrorBody(string Message, string Type, string? Param, string? Code);
