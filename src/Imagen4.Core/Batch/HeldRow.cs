using Imagen4.Core.Ledger;

namespace Imagen4.Core.Batch;

/// <summary>A row this process works on, with the claim that keeps others off it, until it is left.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="entry">What the ledger is told of the row.</param>
internal sealed class HeldRow(RequestLedger ledger, LedgerEntry entry) : IAsyncDisposable
{
    private bool _holds;

    /// <summary>What the ledger is told of the row, as far as it has come.</summary>
    public LedgerEntry Entry { get; private set; } = entry;

    /// <summary>Whether the ledger has been told that nobody goes on with the row.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Takes the row's turn.</summary>
    /// <exception cref="ImagenException">The ledger cannot be used, or the row's key means something else.</exception>
    public async Task<Turn> TakeTurnAsync(RowTurns turns, CancellationToken cancellation)
    {
        if (Entry.Row is not { } row)
        {
            return new Turn.Submit(0);
        }

        var turn = await turns.TakeAsync(row, cancellation).ConfigureAwait(false);
        switch (turn)
        {
            case Turn.Submit submit:
                (Entry, _holds) = (Entry with { Claim = submit.Claim }, true);
                break;
            case Turn.Continue going:
                (Entry, _holds) = (Entry with { LedgerId = going.Known.LedgerId, RequestId = going.Known.RequestId, Claim = going.Claim }, true);
                await ledger.RecordAsync(LedgerStep.Held, Entry, cancellation).ConfigureAwait(false);
                break;
        }

        return turn;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What another process holds is its own to leave. A row that no other process can have is left as well:
        // until it is, it counts as worked on for as long as this process lives.
        if (!_holds && Entry.Row is not null)
        {
            return;
        }

        try
        {
            if (!IsRecorded())
            {
                if (_holds)
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
            if (_holds)
            {
                ledger.Claims.Leave(Entry.Row!.Row, Entry.Claim);
            }
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
