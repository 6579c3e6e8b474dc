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
            if (!IsRecorded())
            {
                if (!isOwn)
                {
                    ledger.Claims.Abandon(Entry.Row!.Row, Entry.Claim);
                }
            }
            else if (!IsLeft)
            {
                await ledger.RecordAsync(LedgerStep.Left, Entry, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (LedgerUnavailableException)
        {
            // Others wait until this process ends, and then go on.
        }
        finally
        {
            ledger.Claims.Leave(Entry.Row!.Row, Entry.Claim);
        }
    }

    // A row that was stopped before its first intent leaves nothing behind, not even that it was to be submitted.
    private bool IsRecorded()
    {
        if (IsLeft || ledger.View.OfLedgerId(Entry.LedgerId) is not null)
        {
            return true;
        }

        ledger.View.Refresh();
        return ledger.View.OfLedgerId(Entry.LedgerId) is not null;
    }
}
