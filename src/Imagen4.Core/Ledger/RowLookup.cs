namespace Imagen4.Core.Ledger;

/// <summary>
/// Finds the row of the ledger that a row of a pipeline is. A directory makes rows differ only where both have one: a row that was only
/// submitted stays that row whichever directory it is given, and who only submits goes on with the row of any directory.
/// </summary>
/// <param name="ledger">The ledger.</param>
internal sealed class RowLookup(RequestLedger ledger)
{
    /// <summary>Finds it.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    /// <exception cref="SubmissionInDoubtException">It is there and cannot be read.</exception>
    public async Task<KnownRow> FindAsync(RowIdentity row, CancellationToken cancellation)
    {
        var own = await ledger.FindRowAsync(row, cancellation).ConfigureAwait(false);
        if (own is not null && await GoesOnAsync(own, row, cancellation).ConfigureAwait(false))
        {
            return new KnownRow(row, own, own.LedgerId);
        }

        var alike = (await ledger.FindAlikeAsync(row, cancellation).ConfigureAwait(false))
            .Where(known => known.Subject == row.Subject)
            .ToList();
        var others = alike.Where(known => known.Row is not null && known.Row != row.Row && (row.Directory is null || known.Directory is null));
        foreach (var other in others.DistinctBy(known => known.Row))
        {
            if (await GoesOnAsync(other, row, cancellation).ConfigureAwait(false) || (own is null && row.Directory is not null))
            {
                return new KnownRow(RowIdentity.OfKnown(other, row.InputHash, other.Directory), other, alike[0].LedgerId);
            }
        }

        return new KnownRow(row, own, alike.FirstOrDefault()?.LedgerId);
    }

    // Not one that came to no good end and is submitted again, unless somebody is about to.
    private async ValueTask<bool> GoesOnAsync(LedgerRequest known, RowIdentity row, CancellationToken cancellation) =>
        !RowRules.IsSubmittedAgain(known, row) || await ledger.IsWorkedOnAsync(known, cancellation).ConfigureAwait(false);
}

/// <summary>What the ledger knows of a row.</summary>
/// <param name="Row">The row that it is in the ledger.</param>
/// <param name="Known">Its newest request; null where it is new.</param>
/// <param name="Newest">The ledger's id of the newest request that is alike, whatever its directory; null where there is none.</param>
internal sealed record KnownRow(RowIdentity Row, LedgerRequest? Known, string? Newest);
