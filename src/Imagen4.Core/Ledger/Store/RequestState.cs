namespace Imagen4.Core.Ledger.Store;

/// <summary>How far a request has come. The numbers are what the ledger keeps: they are never given another meaning.</summary>
internal enum RequestState
{
    /// <summary>A process has taken the row and sent nothing yet.</summary>
    Claimed = 0,

    /// <summary>A paid POST is about to be sent, or was: what became of it is not written yet.</summary>
    Intent = 1,

    /// <summary>The attempt never left this machine.</summary>
    NotSent = 2,

    /// <summary>The host asked to come back later.</summary>
    Throttled = 3,

    /// <summary>The POST was sent, and nobody knows whether the host has taken it.</summary>
    InDoubt = 4,

    /// <summary>It was in doubt, and the host's history or the user says that the host never got it.</summary>
    NotSubmitted = 5,

    /// <summary>The host has the request.</summary>
    Accepted = 6,

    /// <summary>The host has finished it.</summary>
    Completed = 7,

    /// <summary>Every image is on disk.</summary>
    Delivered = 8,

    /// <summary>The host refused it.</summary>
    Rejected = 9,

    /// <summary>The host ran it and failed.</summary>
    Failed = 10,

    /// <summary>It was cancelled.</summary>
    Cancelled = 11,

    /// <summary>The host had it and no longer does. It was paid for, so its row is not submitted again by itself.</summary>
    Expired = 12,
}

/// <summary>The one table of what may follow what.</summary>
internal static class StateTransitions
{
    // The result's word outranks the status's: what was called completed may turn out failed or cancelled, and the other way round.
    private static readonly Dictionary<RequestState, RequestState[]> Following = new()
    {
        [RequestState.Claimed] = [RequestState.Intent],
        [RequestState.Intent] =
        [
            RequestState.NotSent, RequestState.Throttled, RequestState.InDoubt, RequestState.Accepted, RequestState.Rejected, RequestState.Failed,
        ],
        [RequestState.NotSent] = [RequestState.Intent],
        [RequestState.Throttled] = [RequestState.Intent],
        [RequestState.InDoubt] = [RequestState.Accepted, RequestState.NotSubmitted],
        [RequestState.NotSubmitted] = [RequestState.Accepted],
        [RequestState.Accepted] =
        [
            RequestState.Completed, RequestState.Delivered, RequestState.Failed, RequestState.Cancelled, RequestState.Expired,
        ],
        [RequestState.Completed] = [RequestState.Delivered, RequestState.Failed, RequestState.Cancelled, RequestState.Expired],
        [RequestState.Delivered] = [RequestState.Delivered],
        [RequestState.Rejected] = [],
        [RequestState.Failed] = [RequestState.Completed, RequestState.Delivered],
        [RequestState.Cancelled] = [RequestState.Completed, RequestState.Delivered],
        [RequestState.Expired] = [RequestState.Completed, RequestState.Delivered, RequestState.Failed, RequestState.Cancelled],
    };

    /// <summary>Whether a request in one state may come to another.</summary>
    public static bool IsAllowed(RequestState from, RequestState to) => Following[from].Contains(to);
}
