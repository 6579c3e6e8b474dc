using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Doubts;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>The turns of a batch's rows: a host's own history is asked about rows that are in doubt.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="options">What holds for every row.</param>
internal sealed class HostTurns(RequestLedger ledger, BatchOptions options)
{
    private readonly ConcurrentDictionary<HostConnection, RowTurns> _turns = new();
    private readonly ConcurrentDictionary<long, bool> _told = new();
    private readonly DoubtSettler _settler = new(ledger);
    private readonly Lazy<Task<BatchStart>> _start = new(() => ledger.BeginAsync(CancellationToken.None));

    /// <summary>The turns of the rows that go to a host.</summary>
    public RowTurns For(HostConnection host) => _turns.GetOrAdd(host, Create);

    private RowTurns Create(HostConnection host) => new(ledger, (known, stop) => SettleAsync(host, known, stop), options.Time)
    {
        Start = _start,
        StartsAfresh = options.StartsAfresh,
        SubmitsOnly = !options.Wait,
        WaitLimit = options.TimeLimit,
        Warn = options.Warn,
        Told = _told,
    };

    // Only what is certain goes on by itself. A host that cannot be asked leaves the row as it is: in doubt, and reported.
    private async Task<LedgerRequest?> SettleAsync(HostConnection host, LedgerRequest known, CancellationToken cancellation)
    {
        try
        {
            return (await _settler.SettleAsync(host, known, takesLikely: false, cancellation).ConfigureAwait(false)).Known;
        }
        catch (ImagenException error) when (error is not LedgerUnavailableException)
        {
            options.Trace?.Invoke(Messages.HistoryNotRead.With(host.Profile.Name, error.Message));
            return known;
        }
    }
}
