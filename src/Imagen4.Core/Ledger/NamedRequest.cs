namespace Imagen4.Core.Ledger;

/// <summary>A request of the ledger that a record names and whose input it has: its row goes on with that request.</summary>
/// <param name="LedgerId">The ledger's id of it.</param>
/// <param name="EndedBadly">Whether it had ended without success when the record was read: whoever pipes it in again knows of that.</param>
internal sealed record NamedRequest(string LedgerId, bool EndedBadly);
