using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// Warns of new rows whose input was paid for before, as another row: in another directory, or under another key. That may not be what
/// was meant.
/// </summary>
/// <param name="identities">The rows of this pipeline so far.</param>
/// <param name="notices">What the user is told once.</param>
internal sealed class PaidBefore(RowIdentities identities, RowNotices notices)
{
    /// <summary>Warns of a row that would be paid for.</summary>
    /// <param name="row">The row.</param>
    /// <param name="key">The caller's own key of it, or null.</param>
    /// <param name="host">Where it goes.</param>
    /// <param name="alike">The requests of the same subject, and those of the same input, newest first.</param>
    public void Warn(RowIdentity row, string? key, HostConnection host, IReadOnlyList<LedgerRequest> alike)
    {
        var paid = alike.Where(known => known.Row != row.Row && !RowRules.EndedBadly(known)).ToList();
        if (paid.Find(known => known.Subject == row.Subject && known.Directory != row.Directory) is { } same)
        {
            WarnOfFolder(RowRules.DirectoryOf(same));
        }
        else if (paid.Find(known => IsUnderOtherKey(known, row, key, host)) is { } other)
        {
            if (other.Directory != row.Directory)
            {
                WarnOfFolder(other.Directory);
            }
            else
            {
                notices.Warn("key", (other.Key, key) switch
                {
                    (null, _) => Messages.RowsWithoutKey,
                    (_, null) => Messages.RowsWithKey.With(PlainText.Brief(other.Key)),
                    _ => Messages.RowsWithOtherKey.With(PlainText.Brief(other.Key), PlainText.Brief(key)),
                });
            }
        }
    }

    private void WarnOfFolder(string? folder) =>
        notices.Warn("directory", folder is null ? Messages.RowsOnlySubmitted : Messages.RowsElsewhere.With(folder));

    // Equal rows of one pipeline are as many as they are. What a prompt given as an argument has made is no row.
    private bool IsUnderOtherKey(LedgerRequest known, RowIdentity row, string? key, HostConnection host) =>
        known.InputHash == row.InputHash
        && known.BaseAddress == ProviderAddress.Normal(host.BaseUri)
        && !RowIdentity.OfRequest(known.LedgerId, row.InputHash, known.Directory).Subject.Equals(known.Subject, StringComparison.Ordinal)
        && (known.Key is null
            ? key is not null
            : !identities.HasKey(host.BaseUri, known.Key) && (key is null || known.Directory == row.Directory));
}
