namespace Imagen4.Core.Protocols;

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
    public bool IsOwnState { get; init; }

    /// <summary>Whether what it says can end a request. A failure without a type can be a gateway's words: the result tells.</summary>
    public bool IsSaidByHost => State != ImagenStates.Failed || ErrorType is not null || IsOwnState;

    /// <summary>Log lines: a window onto them, or only the newest.</summary>
    public IReadOnlyList<ImagenLogEntry> Logs { get; init; } = [];

    /// <summary>Whether the request has ended, well or not.</summary>
    public bool HasEnded => State is not (ImagenStates.InQueue or ImagenStates.InProgress);
}
