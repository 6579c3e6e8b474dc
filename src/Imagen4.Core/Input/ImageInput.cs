using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Input;

/// <summary>
/// The input of one request as it is sent: the body of a submit. What was not given is not sent, so that the
/// host's defaults hold. Fields: <c>fal-ai/imagen4/preview</c>, every published generation of its schema.
/// </summary>
public sealed record ImageInput
{
    /// <summary>What the image shows.</summary>
    [JsonPropertyName("prompt")]
    public string? Prompt { get; init; }

    /// <summary>What the image should not show.</summary>
    [JsonPropertyName("negative_prompt")]
    public string? NegativePrompt { get; init; }

    /// <summary>Width to height.</summary>
    [JsonPropertyName("aspect_ratio")]
    public string? AspectRatio { get; init; }

    /// <summary>The number of images.</summary>
    [JsonPropertyName("num_images")]
    public long? NumImages { get; init; }

    /// <summary>The random seed.</summary>
    [JsonPropertyName("seed")]
    public long? Seed { get; init; }

    /// <summary>The size class.</summary>
    [JsonPropertyName("resolution")]
    public string? Resolution { get; init; }

    /// <summary>The file format.</summary>
    [JsonPropertyName("output_format")]
    public string? OutputFormat { get; init; }

    /// <summary>Whether the media comes inside the answer.</summary>
    [JsonPropertyName("sync_mode")]
    public bool? SyncMode { get; init; }

    /// <summary>What the safety checker lets through; the host takes it as text.</summary>
    [JsonPropertyName("safety_tolerance")]
    public string? SafetyTolerance { get; init; }

    /// <summary>Whether the host rewrites the prompt.</summary>
    [JsonPropertyName("enhance_prompt")]
    public bool? EnhancePrompt { get; init; }

    /// <summary>Which people may be shown.</summary>
    [JsonPropertyName("person_generation")]
    public string? PersonGeneration { get; init; }

    /// <summary>How much the safety filter blocks.</summary>
    [JsonPropertyName("safety_setting")]
    public string? SafetySetting { get; init; }

    /// <summary>Whether an invisible watermark is added.</summary>
    [JsonPropertyName("add_watermark")]
    public bool? AddWatermark { get; init; }

    /// <summary>Inputs the module has no parameter for, sent as they are.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalInput { get; set; }

    /// <summary>Puts the inputs on an object users see, under the parameters' names.</summary>
    public void CopyTo(ImagenInputs target)
    {
        target.Prompt = Prompt;
        target.NegativePrompt = NegativePrompt;
        target.AspectRatio = AspectRatio;
        target.NumImages = (int?)NumImages;
        target.Seed = Seed;
        target.Resolution = Resolution;
        target.OutputFormat = OutputFormat;
        target.SyncMode = SyncMode;
        target.SafetyTolerance = SafetyTolerance;
        target.EnhancePrompt = EnhancePrompt;
        target.PersonGeneration = PersonGeneration;
        target.SafetySetting = SafetySetting;
        target.AddWatermark = AddWatermark;
        target.AdditionalInput = AdditionalInput is null
            ? null
            : JsonSerializer.Serialize(AdditionalInput, ImageInputJson.Plain.IDictionaryStringJsonElement);
    }
}

/// <summary>How an input is written as JSON: only what was given, and prompts in their own script.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageInput))]
[JsonSerializable(typeof(IDictionary<string, JsonElement>))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ImageInputJson : JsonSerializerContext
{
    /// <summary>The bytes go into an HTTP body, never into a page, so nothing but JSON's own rules needs escaping.</summary>
    public static ImageInputJson Plain { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
