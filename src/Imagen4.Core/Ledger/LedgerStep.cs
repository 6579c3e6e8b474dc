namespace Imagen4.Core.Ledger;

/// <summary>The steps of a request that have to survive a crash, in their order.</summary>
internal enum LedgerStep
{
    /// <summary>A paid POST is about to be sent. One for every attempt.</summary>
    Intent,

    /// <summary>The attempt never left this machine.</summary>
    NotSent,

    /// <summary>The host asked to come back later.</summary>
    Throttled,

    /// <summary>The host has the request.</summary>
    Accepted,

    /// <summary>The host has finished it.</summary>
    Completed,

    /// <summary>Every image is on disk.</summary>
    Delivered,

    /// <summary>The host refused it.</summary>
    Rejected,

    /// <summary>The host ran it and failed.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>Nobody knows what has become of it.</summary>
    InDoubt,
}
