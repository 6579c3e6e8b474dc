using Imagen4.Core.Media;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>A paid POST that the host has taken.</summary>
/// <param name="Request">How to ask for it from now on.</param>
/// <param name="QueuePosition">How many requests the host will start before it, where it says so.</param>
internal sealed record Acceptance(RequestReference Request, int? QueuePosition)
{
    /// <summary>The result, where the answer to the submit is the result.</summary>
    public HostResult? Answered { get; init; }
}

/// <summary>What a host says of a request at one moment.</summary>
internal sealed record HostStatus
{
    /// <summary>One of <see cref="ImagenStates"/>: in the queue, in progress, completed or failed.</summary>
    public required string State { get; init; }

    /// <summary>How many requests will be started before it.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Seconds the model ran.</summary>
    public double? InferenceTime { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The host's own type of the error.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The kind of error by which it refuses this very input; null where it does not.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether its state itself is the host's word for a failure, where hosts have such a state.</summary>
    public bool IsHostDefinedState { get; init; }

    /// <summary>Whether what it says can end a request. A failure without a type can be a gateway's words: the result tells.</summary>
    public bool IsSaidByHost => State != ImagenStates.Failed || ErrorType is not null || IsHostDefinedState;

    /// <summary>Log lines: a window onto them, or only the newest.</summary>
    public IReadOnlyList<ImagenLogEntry> Logs { get; init; } = [];

    /// <summary>Whether the request has ended, well or not.</summary>
    public bool HasEnded => State is not (ImagenStates.InQueue or ImagenStates.InProgress);
}

/// <summary>What a request has come to.</summary>
internal sealed record HostResult : IDisposable
{
    /// <summary>Every image, as the host describes it; nothing is saved yet.</summary>
    public required IReadOnlyList<HostImage> Images { get; init; }

    /// <summary>The seed the model used, where it says so.</summary>
    public long? Seed { get; init; }

    /// <summary>The model's own description.</summary>
    public string? Description { get; init; }

    /// <summary>What the request cost, in the host's own unit, where it says so.</summary>
    public decimal? BillableUnits { get; init; }

    /// <summary>What the host returned besides, as JSON text.</summary>
    public string? AdditionalOutput { get; init; }

    /// <summary>Lets go of images that came inside the answer. What it says of them stays.</summary>
    public void Dispose()
    {
        foreach (var image in Images)
        {
            (image.Bytes as ImageBytes.Inline)?.Rest?.Dispose();
        }
    }

    /// <summary>Puts the result on an object users see.</summary>
    public void CopyTo(ImagenResult target)
    {
        target.State = ImagenStates.Completed;
        target.Images = [.. Images.Select(image => image.Image)];
        target.Seed = Seed ?? target.Seed;
        target.Description = Description;
        target.BillableUnits = BillableUnits;
        target.AdditionalOutput = AdditionalOutput;
    }
}
