namespace Imagen4.Core.Ledger;

/// <summary>
/// Tells what was in the ledger when a batch began from what has happened since. Not by the time of day, which somebody may set
/// between two runs, and without reading what has ended long ago.
/// </summary>
/// <param name="Newest">The number of the newest request then.</param>
/// <param name="WorkedOn">The ledger's ids of those that somebody worked on then.</param>
/// <param name="Incarnation">Which of the files it was that have been in its place: a batch goes on in no other.</param>
internal sealed record BatchStart(long Newest, IReadOnlySet<string> WorkedOn, int Incarnation = 0);
