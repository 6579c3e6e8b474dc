using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Results;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>A row this process works on, with the claim that keeps others off it, until it is released.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="entry">What the ledger records of the row.</param>
/// <param name="isOwn">Whether the row is like no other, so that nobody else can have it.</param>
/// <param name="named">The known request that its record names, or null.</param>
internal sealed class ClaimedRow(RequestLedger ledger, LedgerEntry entry, bool isOwn, NamedRequest? named) : IAsyncDisposable
{
    private bool _isClaimed;

    /// <summary>What the ledger records of the row, as far as it has come.</summary>
    public LedgerEntry Entry { get; private set; } = entry;

    /// <summary>Claims the row, or finds out who has done it before.</summary>
    /// <exception cref="ImagenException">The ledger cannot be used, or the row's key means something else.</exception>
    public async Task<ClaimOutcome> ClaimAsync(RowClaims claims, CancellationToken cancellation)
    {
        if (isOwn)
        {
            _isClaimed = await ledger.ClaimAsync(Entry, newest: null, isSeen: false, cancellation).ConfigureAwait(false);
            return new ClaimOutcome.Submit(Entry.Row!);
        }

        var outcome = await claims.ClaimAsync(Entry, named, cancellation).ConfigureAwait(false);
        switch (outcome)
        {
            case ClaimOutcome.Submit submit:
                Entry = Entry with { Row = submit.Row };
                _isClaimed = true;
                break;
            case ClaimOutcome.Continue { IsClaimed: false } following:
                Entry = FollowUpLedger.Entry(Entry, following.Known);
                break;
            case ClaimOutcome.Continue going:
                Entry = FollowUpLedger.Entry(Entry, going.Known) with { Index = Entry.Index };
                _isClaimed = true;
                break;
        }

        return outcome;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isClaimed)
        {
            await ledger.ReleaseAsync(Entry.LedgerId).ConfigureAwait(false);
        }
    }
}
