using Imagen4.Core.Ledger;

namespace Imagen4.Core.Batch;

/// <summary>A row this process works on, with the claim that keeps others off it, until it is left.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="entry">What the ledger is told of the row.</param>
/// <param name="isOwn">Whether the row is like no other, so that nobody else can have it.</param>
internal sealed class HeldRow(RequestLedger ledger, LedgerEntry entry, bool isOwn) : IAsyncDisposable
{
    private bool _holds;

    /// <summary>What the ledger is told of the row, as far as it has come.</summary>
    public LedgerEntry Entry { get; private set; } = entry;

    /// <summary>Whether the ledger has been told that nobody goes on with the row.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Takes the row's turn.</summary>
    /// <exception cref="ImagenException">The ledger cannot be used, or the row's key means something else.</exception>
    public async Task<Turn> TakeTurnAsync(RowTurns turns, NamedRequest? named, CancellationToken cancellation)
    {
        // Not before a row is worked on: who only asks what a run would do changes nothing.
        _ = ledger.CompactOnceAsync();
        if (isOwn)
        {
            ledger.Claims.Begin(Entry.Row!.Row, Entry.Claim);
            _holds = true;
            return new Turn.Submit(Entry.Claim);
        }

        var turn = await turns.TakeAsync(Entry.Row!, named, cancellation).ConfigureAwait(false);
        switch (turn)
        {
            case Turn.Submit submit:
                (Entry, _holds) = (Entry with { Claim = submit.Claim }, true);
                break;
            case Turn.Continue { Claim: null } following:
                Entry = KnownRequests.Entry(Entry, following.Known);
                break;
            case Turn.Continue going:
                Entry = KnownRequests.Entry(Entry, going.Known) with { Row = Entry.Row, Index = Entry.Index, Claim = going.Claim!.Value };
                _holds = true;
                await ledger.RecordAsync(LedgerStep.Held, Entry, cancellation).ConfigureAwait(false);
                break;
        }

        return turn;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_holds)
        {
            return;
        }

        try
        {
            if (IsLeft)
            {
                return;
            }

            // What the ledger calls ended needs no word; what only this run has given up may be gone on with.
            var known = Recorded();
            if (known is null)
            {
                if (!isOwn)
                {
                    ledger.Claims.Abandon(Entry.Row!.Row, Entry.Claim);
                }
            }
            else if (!known.HasEnded)
            {
                await ledger.RecordAsync(LedgerStep.Left, Entry, CancellationToken.None).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Whatever it is: what has become of the row is known by now, and must not be lost for it.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Others wait until this process ends, and then go on.
        }
        finally
        {
            ledger.Claims.Leave(Entry.Row!.Row, Entry.Claim);
        }
    }

    // A row that was stopped before its first intent leaves nothing behind, not even that it was to be submitted.
    private LedgerRequest? Recorded()
    {
        ledger.View.Refresh();
        return ledger.View.OfLedgerId(Entry.LedgerId);
    }
}
