using Imagen4.Emulator.Images;

namespace Imagen4.Emulator.Generation;

/// <summary>The planned outcome of a job, known from its input before it starts.</summary>
internal sealed record GenerationPlan
{
    public required string Prompt { get; init; }

    public long Seed { get; init; }

    /// <summary>How long it runs; null takes the queue's generation time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many images the input asks for; 0 when it is invalid.</summary>
    public int ImagesAsked { get; init; }

    /// <summary>How many units each image is billed as.</summary>
    public decimal UnitsPerImage { get; init; } = 1;

    public IReadOnlyList<ImageRecipe> Images { get; init; } = [];

    /// <summary>Files are delivered inside the result, as data URIs.</summary>
    public bool Inline { get; init; }

    /// <summary>The job fails with this; null when it succeeds.</summary>
    public Failure? Failure { get; init; }

    public ResultFault ResultFault { get; init; }

    public MediaFault MediaFault { get; init; }

    public MediaAcl MediaAcl { get; init; }
}

/// <summary>What the model was asked for, checked and with its defaults filled in.</summary>
internal sealed record GenerationInput
{
    public required string Prompt { get; init; }

    public string NegativePrompt { get; init; } = "";

    public string AspectRatio { get; init; } = "1:1";

    public int NumImages { get; init; } = 1;

    public long? Seed { get; init; }

    public string Resolution { get; init; } = "1K";

    public string OutputFormat { get; init; } = "png";

    public bool SyncMode { get; init; }

    /// <summary>Takes the values of those fields that the model has; the others keep what they are here.</summary>
    public static GenerationInput From(IReadOnlyDictionary<string, object?> values)
    {
        var input = new GenerationInput { Prompt = (string)values["prompt"]! };
        return input with
        {
            NegativePrompt = Value("negative_prompt", input.NegativePrompt),
            AspectRatio = Value("aspect_ratio", input.AspectRatio),
            // Not every host has a minimum.
            NumImages = (int)Math.Max(0, Value("num_images", (long)input.NumImages)),
            Seed = Value("seed", input.Seed),
            Resolution = Value("resolution", input.Resolution),
            OutputFormat = Value("output_format", input.OutputFormat),
            SyncMode = Value("sync_mode", input.SyncMode),
        };

        T Value<T>(string name, T otherwise) => values.TryGetValue(name, out var value) && value is T given ? given : otherwise;
    }
}

/// <summary>What is wrong with the files of a job, when something is.</summary>
internal enum MediaFault
{
    None,
    Missing,
    Truncated,
    Html,
    NotImage,
}

/// <summary>Who may read the files of a job without a signed address.</summary>
internal enum MediaAcl
{
    /// <summary>Everybody.</summary>
    Allow,

    /// <summary>Nobody else: 403.</summary>
    Forbid,

    /// <summary>Nobody else, as if there were no such file: 404.</summary>
    Hide,
}

/// <summary>What is odd about the result of a job that succeeds, when something is.</summary>
internal enum ResultFault
{
    None,
    NullFields,
    NotJson,
}
