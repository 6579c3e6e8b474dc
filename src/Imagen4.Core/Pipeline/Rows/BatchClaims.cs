using System.Collections.Concurrent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Doubts;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>The claims of a batch's rows: a host's own history is asked about rows that are in doubt.</summary>
/// <param name="services">What every run is given.</param>
/// <param name="options">Options for every row.</param>
internal sealed class BatchClaims(ClientServices services, BatchOptions options)
{
    private readonly ConcurrentDictionary<HostConnection, RowClaims> _claims = new();
    private readonly ConcurrentDictionary<long, bool> _told = new();
    private readonly RequestLedger _ledger = services.Ledger;
    private readonly DoubtReconciler _reconciler = new(services.Ledger, services.Protocols);
    private readonly Lazy<Task<BatchStart>> _start = new(() => services.Ledger.BeginAsync(CancellationToken.None));

    /// <summary>The claims of the rows that go to a host.</summary>
    public RowClaims For(HostConnection host) => _claims.GetOrAdd(host, Create);

    private RowClaims Create(HostConnection host) => new(_ledger, (known, stop) => ReconcileAsync(host, known, stop), options.Time)
    {
        Start = _start,
        NoResume = options.NoResume,
        Directory = options.Output?.RealPath,
        SubmitsOnly = !options.Wait,
        WaitLimit = options.TimeLimit,
        Warn = options.Warn,
        Told = _told,
    };

    // Only what is certain continues automatically. A host that cannot be asked leaves the row as it is: in doubt, and reported.
    private async Task<LedgerRequest?> ReconcileAsync(HostConnection host, LedgerRequest known, CancellationToken cancellation)
    {
        try
        {
            return (await TimeLimit
                .RunAsync(options.TimeLimit, host, token => _reconciler.ReconcileAsync(host, known, takesLikely: false, token), cancellation)
                .ConfigureAwait(false)).Known;
        }
        catch (ImagenException error) when (error is not LedgerUnavailableException)
        {
            options.Trace?.Invoke(Messages.HistoryNotRead.With(host.Profile.Name, error.Message));
            return known;
        }
    }
}
