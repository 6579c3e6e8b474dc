using Imagen4.Core.Ledger;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>
/// The request ids that hosts have issued. One that a second row is given, by a cache on the way or a host that takes two rows for one,
/// would save the image of the first under the name of the second.
/// </summary>
/// <param name="ledger">Knows those of earlier batches and of other processes.</param>
internal sealed class IssuedIds(ILedger ledger)
{
    // By their hashes: a batch may have a hundred thousand.
    private readonly HashSet<UInt128> _issued = [];
    private readonly Lock _lock = new();

    /// <summary>Whether an id that a row is given is another row's already. From now on it is this row's.</summary>
    /// <param name="host">The host.</param>
    /// <param name="entry">The row.</param>
    /// <param name="requestId">The id.</param>
    /// <param name="isAccepted">
    /// Whether the host has accepted it under that id: then only those of this batch count. A host may count its requests from 1 again.
    /// </param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> IsOthersAsync(HostConnection host, LedgerEntry entry, string requestId, bool isAccepted)
    {
        var id = TextDigest.Of(host.BaseUri.AbsoluteUri, requestId);
        lock (_lock)
        {
            if (!_issued.Add(id))
            {
                return true;
            }
        }

        return !isAccepted && await ledger.IsOthersRequestAsync(entry, requestId).ConfigureAwait(false);
    }
}
