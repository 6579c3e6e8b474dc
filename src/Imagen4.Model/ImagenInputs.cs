namespace Imagen4;

/// <summary>
/// The inputs of one row, under the names of the parameters of <c>New-ImagenImage</c>, so that an object
/// with these properties is its row again when it is piped there. A property that is null was not given.
/// Those with an <c>Input</c> are what models take, in the order in which they are sent.
/// </summary>
public abstract class ImagenInputs
{
    /// <summary>What the image shows.</summary>
    [Input("prompt", IsProse = true)]
    public string? Prompt { get; set; }

    /// <summary>What the image should not show.</summary>
    [Input("negative_prompt", IsProse = true)]
    public string? NegativePrompt { get; set; }

    /// <summary>Width to height, for example <c>16:9</c>.</summary>
    [Input("aspect_ratio")]
    public string? AspectRatio { get; set; }

    /// <summary>The number of images asked for.</summary>
    [Input("num_images")]
    public int? NumImages { get; set; }

    /// <summary>The random seed: the one the host used where it says so, else the one asked for.</summary>
    [Input("seed")]
    public long? Seed { get; set; }

    /// <summary>The size class, <c>1K</c> or <c>2K</c>.</summary>
    [Input("resolution")]
    public string? Resolution { get; set; }

    /// <summary>The file format asked for: <c>png</c>, <c>jpeg</c> or <c>webp</c>.</summary>
    [Input("output_format")]
    public string? OutputFormat { get; set; }

    /// <summary>Whether the host was asked to return the media inside its answer.</summary>
    [Input("sync_mode")]
    public bool? SyncMode { get; set; }

    /// <summary>How much the host's safety checker lets through, <c>1</c> (least) to <c>6</c>.</summary>
    [Input("safety_tolerance")]
    public string? SafetyTolerance { get; set; }

    /// <summary>Whether the host rewrites the prompt before it generates.</summary>
    [Input("enhance_prompt")]
    public bool? EnhancePrompt { get; set; }

    /// <summary>Which people may be shown.</summary>
    [Input("person_generation")]
    public string? PersonGeneration { get; set; }

    /// <summary>How much the host's safety filter blocks.</summary>
    [Input("safety_setting")]
    public string? SafetySetting { get; set; }

    /// <summary>Whether an invisible watermark is added.</summary>
    [Input("add_watermark")]
    public bool? AddWatermark { get; set; }

    /// <summary>The files of images it was made from; several with semicolons between them.</summary>
    public string? ImagePath { get; set; }

    /// <summary>The addresses of images it was made from; several with semicolons between them.</summary>
    public string? ImageUri { get; set; }

    /// <summary>The address the host calls when the request has ended.</summary>
    public string? WebhookUri { get; set; }

    /// <summary><c>normal</c> or <c>low</c>.</summary>
    public string? Priority { get; set; }

    /// <summary>Seconds until the request had to be started.</summary>
    public int? StartTimeoutSec { get; set; }

    /// <summary>The longest queue the request could be added to.</summary>
    public int? MaxQueueLength { get; set; }

    /// <summary>Labels for the host's reports, as JSON text of one object.</summary>
    public string? Tag { get; set; }

    /// <summary>How long the host keeps what it generates.</summary>
    public string? ObjectLifetime { get; set; }

    /// <summary>Further inputs, as JSON text of one object.</summary>
    public string? AdditionalInput { get; set; }
}
