using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Requests;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>A row this process works on, with the claim that keeps others off it, until it is released.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="entry">What the ledger is told of the row.</param>
/// <param name="isOwn">Whether the row is like no other, so that nobody else can have it.</param>
internal sealed class HeldRow(RequestLedger ledger, LedgerEntry entry, bool isOwn) : IAsyncDisposable
{
    private bool _holds;

    /// <summary>What the ledger is told of the row, as far as it has come.</summary>
    public LedgerEntry Entry { get; private set; } = entry;

    /// <summary>Takes the row's turn.</summary>
    /// <exception cref="ImagenException">The ledger cannot be used, or the row's key means something else.</exception>
    public async Task<Turn> TakeTurnAsync(RowTurns turns, NamedRequest? named, CancellationToken cancellation)
    {
        if (isOwn)
        {
            _holds = await ledger.ClaimAsync(Entry, newest: null, isSeen: false, cancellation).ConfigureAwait(false);
            return new Turn.Submit();
        }

        var turn = await turns.TakeAsync(Entry, named, cancellation).ConfigureAwait(false);
        switch (turn)
        {
            case Turn.Submit:
                _holds = true;
                break;
            case Turn.Continue { IsHeld: false } following:
                Entry = KnownRequests.Entry(Entry, following.Known);
                break;
            case Turn.Continue going:
                Entry = KnownRequests.Entry(Entry, going.Known) with { Row = Entry.Row, Index = Entry.Index };
                _holds = true;
                break;
        }

        return turn;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_holds)
        {
            await ledger.ReleaseAsync(Entry.LedgerId).ConfigureAwait(false);
        }
    }
}
