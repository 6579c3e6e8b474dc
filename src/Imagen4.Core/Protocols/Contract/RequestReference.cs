using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>A request at a host: all that is needed to ask for it, in any process.</summary>
public sealed record RequestReference
{
    /// <summary>The host that has it.</summary>
    public required HostConnection Host { get; init; }

    /// <summary>What that host speaks.</summary>
    internal IHostProtocol Protocol { get; init; } = null!;

    /// <summary>
    /// The address it was sent to, where its provider has another one now: a host that does not know it there says nothing of it. Null
    /// where it has not, or that is not known.
    /// </summary>
    internal string? SentTo { get; init; }

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

    /// <summary>The number of its row, where its record says that; for messages.</summary>
    internal int? Index { get; init; }

    /// <summary>The caller's own key of its row, where its record has one; for messages.</summary>
    internal string? Key { get; init; }

    /// <summary>Whether it has only just been submitted: not every part of the host may know it yet.</summary>
    internal bool IsFresh { get; init; }

    /// <summary>
    /// The clock's reading at its acceptance, or when this process first met it: the start of its time limit. Where the answer to the
    /// submit was the result, when it was sent.
    /// </summary>
    public required long Since { get; init; }
}

/// <summary>Where a request is asked about; null where its host has no such address.</summary>
internal sealed record RequestAddresses(Uri? Status, Uri? Response, Uri? Cancel)
{
    /// <summary>No addresses: the answer to the submit was the result.</summary>
    public static RequestAddresses None { get; } = new(null, null, null);
}

/// <summary>What an answer to a read says of a request. An answer that says nothing of it is none: it is thrown as an error.</summary>
/// <param name="Status">How far the request is.</param>
internal sealed record RequestReading(HostStatus Status)
{
    /// <summary>The result, where the answer is one.</summary>
    public HostResult? Answered { get; init; }

    /// <summary>What a request that ended without a result has come to.</summary>
    public ImagenException? Error { get; init; }

    /// <summary>The words that end the request, where nothing marks them as the host's own: a gateway may have said them.</summary>
    public UnmarkedWord? Unmarked { get; init; }

    /// <summary>How far the request is, for callers that need no result: a large one is let go of.</summary>
    public HostStatus WithoutResult()
    {
        Answered?.Dispose();
        return Status;
    }

    /// <summary>A request that has ended without a result.</summary>
    public static RequestReading Ended(ImagenException error, string words, string? type) => new(new HostStatus
    {
        State = error is RequestCancelledException ? ImagenStates.Cancelled : ImagenStates.Failed,
        Error = words.Length > 0 ? words : null,
        ErrorType = type,
        Refusal = error.RefusesInput ? error.Kind : null,
    })
    {
        Error = error,
    };
}
