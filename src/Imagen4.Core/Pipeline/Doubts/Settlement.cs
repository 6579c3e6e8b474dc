using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols.Fal;

namespace Imagen4.Core.Pipeline.Doubts;

/// <summary>What has become of a request in doubt.</summary>
/// <param name="Known">What is known of it now; null where that has changed meanwhile.</param>
/// <param name="Match">What the host's history said; null where it was not asked.</param>
internal sealed record Settlement(LedgerRequest? Known, HistoryMatch? Match);
