using Imagen4.Core.Input;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>What a search of a host's history has come to.</summary>
/// <param name="Finding">How certain it is.</param>
/// <param name="RequestId">The request that was found.</param>
/// <param name="Candidates">How many requests it may be, where there is more than one.</param>
internal sealed record HistoryMatch(HistoryFinding Finding, string? RequestId = null, int Candidates = 0);

/// <summary>What a host's history says of a request in doubt.</summary>
internal enum HistoryFinding
{
    /// <summary>It cannot tell.</summary>
    Unknown,

    /// <summary>The host never got the request.</summary>
    Absent,

    /// <summary>One request of the same input came at the right time, and the ledger knows no other submission it could be.</summary>
    Likely,

    /// <summary>The host named the request in its answer to this submission, and knows it. No search of a history is as certain.</summary>
    Certain,
}

/// <summary>What is known of a submission that a host's history is searched for.</summary>
/// <param name="Model">The endpoint id.</param>
/// <param name="Input">What was sent; null where that is not known any more.</param>
/// <param name="Sent">
/// The same with the addresses that its files had; null where they are not known any more. Without files it is the same.
/// </param>
/// <param name="First">When its first attempt may have been sent.</param>
/// <param name="Last">When it was known to be over.</param>
internal sealed record HistoryQuery(string Model, ImageInput? Input, ImageInput? Sent, DateTimeOffset First, DateTimeOffset Last);
