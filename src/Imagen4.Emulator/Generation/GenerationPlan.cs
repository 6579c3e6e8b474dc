using Imagen4.Emulator.Images;

namespace Imagen4.Emulator.Generation;

/// <summary>What a job will come to, known from its input before it starts.</summary>
internal sealed record GenerationPlan
{
    public required string Prompt { get; init; }

    public long Seed { get; init; }

    /// <summary>How long it runs; null takes the queue's generation time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many images the input asks for; 0 when it is invalid.</summary>
    public int ImagesAsked { get; init; }

    public IReadOnlyList<ImageRecipe> Images { get; init; } = [];

    /// <summary>Files are delivered inside the result, as data URIs.</summary>
    public bool Inline { get; init; }

    /// <summary>The job fails with this; null when it succeeds.</summary>
    public Failure? Failure { get; init; }

    public ResultFault ResultFault { get; init; }

    public MediaFault MediaFault { get; init; }
}
