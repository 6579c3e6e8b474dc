namespace Imagen4.Core.Ledger;

/// <summary>
/// A row with a key whose input was submitted before without one: it goes on with that row instead of being paid for again. The ledger
/// keeps which of them the key stands for, so that another key with the same input is another row.
/// </summary>
/// <param name="Own">What the row is by its key.</param>
/// <param name="Like">What a row without a key is that has the same input, by its number among its like, from 1.</param>
internal sealed record KeyedRow(RowIdentity Own, Func<int, RowIdentity> Like)
{
    /// <summary>Finds the row without a key that it goes on with. Nothing is written.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="isFree">Whether a row without a key may be this one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The newest request of that row; null where there is none, or its key is known by itself.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<LedgerRequest?> FindAsync(RequestLedger ledger, Predicate<RowIdentity> isFree, CancellationToken cancellation)
    {
        if (await ledger.FindRowAsync(Own, cancellation).ConfigureAwait(false) is not null)
        {
            return null;
        }

        if (await ledger.FindKeyedRowAsync(Own, cancellation).ConfigureAwait(false) is { } bound)
        {
            return bound;
        }

        for (var number = 1; ; number++)
        {
            var keyless = Like(number);
            if (await ledger.FindRowAsync(keyless, cancellation).ConfigureAwait(false) is not { } known)
            {
                return null;
            }

            // Where nothing came of it, there is nothing to go on with.
            if (isFree(keyless) && !RowRules.IsSubmittedAgain(known, keyless)
                && !await ledger.HasKeyedRowAsync(keyless, cancellation).ConfigureAwait(false))
            {
                return known;
            }
        }
    }

    /// <summary>Binds its key to the row without one that it goes on with.</summary>
    /// <returns>The newest request of that row; null where there is none any more: then it is a row of its own.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read or written.</exception>
    public async Task<LedgerRequest?> BindAsync(RequestLedger ledger, CancellationToken cancellation)
    {
        while (await FindAsync(ledger, _ => true, cancellation).ConfigureAwait(false) is { } found)
        {
            if ((await ledger.FindKeyedRowAsync(Own, cancellation).ConfigureAwait(false))?.Row == found.Row
                || await ledger.BindKeyAsync(Own, found).ConfigureAwait(false))
            {
                return found;
            }
        }

        return null;
    }
}
