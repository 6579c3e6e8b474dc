namespace Imagen4.Core.Ledger;

/// <summary>
/// The steps of a request that have to survive a crash. Their order is that of <see cref="LedgerRequest"/>: a later one
/// tells more, whichever line of whichever process says it.
/// </summary>
internal enum LedgerStep
{
    /// <summary>A process no longer works on a request; whoever wants to may go on with it.</summary>
    Left,

    /// <summary>A process has taken over a request whose owner is gone.</summary>
    Held,

    /// <summary>A paid POST is about to be sent. One for every attempt.</summary>
    Intent,

    /// <summary>The attempt never left this machine.</summary>
    NotSent,

    /// <summary>The host asked to come back later.</summary>
    Throttled,

    /// <summary>Nobody knows what has become of it.</summary>
    InDoubt,

    /// <summary>It was in doubt, and the host's history or the user says that the host never got it.</summary>
    NotSubmitted,

    /// <summary>The host has the request.</summary>
    Accepted,

    /// <summary>The host had it and no longer does. It was paid for, so its row is not submitted again by itself.</summary>
    Expired,

    /// <summary>The host refused it.</summary>
    Rejected,

    /// <summary>The host's status says that it has ended, and not how: its result, which has the last word, has not been read.</summary>
    StatusCompleted,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>The host ran it and failed.</summary>
    Failed,

    /// <summary>The host has finished it: its result has been read.</summary>
    Completed,

    /// <summary>Every image is on disk.</summary>
    Delivered,

    /// <summary>The user wants it forgotten.</summary>
    Removed,
}
