using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// Finds out whether the input of a new row was paid for before, as another row: in another directory, with another key, or at another
/// provider.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="identities">The rows of this pipeline so far.</param>
internal sealed class EarlierRows(RequestLedger ledger, RowIdentities identities)
{
    /// <summary>Why a row that would be paid for was paid for before; null where it was not.</summary>
    /// <param name="row">The row.</param>
    /// <param name="key">The caller's own key of it, or null.</param>
    /// <param name="host">Where it goes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<PaidBefore?> FindAsync(RowIdentity row, string? key, HostConnection host, CancellationToken cancellation)
    {
        var paid = (await ledger.FindAlikeAsync(row, cancellation).ConfigureAwait(false))
            .Where(known => known.InputHash == row.InputHash
                && known.Row != row.Row && (!RowRules.EndedBadly(known) || known.Owner is not null))
            .ToList();
        if (paid.Find(known => known.Subject == row.Subject && ElsewhereOf(known, row) is not null) is { } elsewhere)
        {
            return new PaidBefore(PaidBeforeReason.OtherDirectory, elsewhere.Directory);
        }

        // What differs in its key alone says most.
        var other = paid.Where(known => IsOfOtherKey(known, row, key, host)).MinBy(known => ElsewhereOf(known, row) is not null);
        return other switch
        {
            null => paid.Find(known => IsOfOtherProvider(known, row, host)) is { } known
                ? new PaidBefore(PaidBeforeReason.OtherProvider, known.Provider == host.Profile.Name ? known.BaseAddress : known.Provider)
                : null,
            { Key: null } => new PaidBefore(PaidBeforeReason.KeyAdded, ElsewhereOf(other, row)),
            _ when key is null => new PaidBefore(PaidBeforeReason.KeyRemoved, ElsewhereOf(other, row)),
            _ => new PaidBefore(PaidBeforeReason.KeyChanged),
        };
    }

    private static string? ElsewhereOf(LedgerRequest known, RowIdentity row) =>
        row.Directory is not null && known.Directory != row.Directory ? known.Directory : null;

    // A batch is tried with the emulator before it is paid for, and one pipeline may compare providers.
    private bool IsOfOtherProvider(LedgerRequest known, RowIdentity row, HostConnection host) =>
        known.BaseAddress != ProviderAddress.Normal(host.BaseUri)
        && known.Provider != ProviderCatalog.EmulatorName && host.Profile.Name != ProviderCatalog.EmulatorName
        && known.Row is { } other && !identities.Contains(other)
        && !IsOfArgument(known, row);

    // Equal rows of one pipeline are as many as they are, with keys or without. A prompt given as an argument has made no row.
    private bool IsOfOtherKey(LedgerRequest known, RowIdentity row, string? key, HostConnection host) =>
        known.BaseAddress == ProviderAddress.Normal(host.BaseUri)
        && known.Row is { } other && !identities.Contains(other)
        && !IsOfArgument(known, row)
        && (known.Directory is null || known.Directory == row.Directory || key is null != known.Key is null)
        && (known.Key is not null || key is not null);

    private static bool IsOfArgument(LedgerRequest known, RowIdentity row) =>
        RowIdentity.OfRequest(known.LedgerId, row.InputHash, known.Directory).Subject.Equals(known.Subject, StringComparison.Ordinal);
}
