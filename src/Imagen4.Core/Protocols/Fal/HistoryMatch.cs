namespace Imagen4.Core.Protocols.Fal;

/// <summary>What a search of a host's history has come to.</summary>
/// <param name="Finding">How certain it is.</param>
/// <param name="RequestId">The request that was found.</param>
/// <param name="Candidates">How many requests it may be, where there is more than one.</param>
internal sealed record HistoryMatch(HistoryFinding Finding, string? RequestId = null, int Candidates = 0);
