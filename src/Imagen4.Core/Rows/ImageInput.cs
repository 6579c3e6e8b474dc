using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Rows;

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
        target.AdditionalInput = AdditionalInput is null
            ? null
            : JsonSerializer.Serialize(AdditionalInput, ImageInputJson.Plain.IDictionaryStringJsonElement);
    }
}
