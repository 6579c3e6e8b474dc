namespace Imagen4.Core.Protocols.Fal;

/// <summary>What a host's history says of a request in doubt.</summary>
internal enum HistoryFinding
{
    /// <summary>It cannot tell.</summary>
    Unknown,

    /// <summary>The host never got the request.</summary>
    Absent,

    /// <summary>One request of the same input came at the right time, and the ledger knows no other submission it could be.</summary>
    Likely,

    /// <summary>A request carries the label that only this submission had.</summary>
    Certain,
}
