using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols;

/// <summary>A request at a host: all that is needed to ask for it, in any process.</summary>
public sealed record RequestReference
{
    /// <summary>The host that has it.</summary>
    public required HostConnection Host { get; init; }

    /// <summary>The endpoint id it was submitted to.</summary>
    public required string Model { get; init; }

    /// <summary>The host's id of it.</summary>
    public required string RequestId { get; init; }

    /// <summary>Where its state is read; null where the answer to the submit was the result.</summary>
    public Uri? StatusUri { get; init; }

    /// <summary>Where its result is read; null where the answer to the submit was the result.</summary>
    public Uri? ResponseUri { get; init; }

    /// <summary>Where it is cancelled; null where it cannot be.</summary>
    public Uri? CancelUri { get; init; }

    /// <summary>Whether it has only just been submitted: not every part of the host may know it yet.</summary>
    internal bool IsFresh { get; init; }

    /// <summary>The clock's reading at its acceptance, or when this process first met it: the start of its time limit. Where the answer to the submit was the result, when it was sent.</summary>
    public required long Since { get; init; }
}
