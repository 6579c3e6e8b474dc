using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>The ledgers of a run: a file in each home, or a database each on a PostgreSQL server that lives as long as the run.</summary>
internal sealed class TortureLedgers : IAsyncDisposable
{
    private readonly PostgresCluster? _cluster;

    private TortureLedgers(PostgresCluster? cluster) => _cluster = cluster;

    /// <summary>What they are, for the line that a mode closes with.</summary>
    public string Kind => _cluster is null ? "SQLite" : "PostgreSQL";

    /// <exception cref="InvalidOperationException">A server is wanted and there is none.</exception>
    public static async Task<TortureLedgers> StartAsync(TortureOptions options)
    {
        if (options.OnPostgres && PostgresCluster.Missing is { } missing)
        {
            throw new InvalidOperationException($"{missing}.");
        }

        return new TortureLedgers(options.OnPostgres ? await PostgresCluster.CreateAsync().ConfigureAwait(false) : null);
    }

    /// <summary>A ledger that is empty.</summary>
    /// <returns>What <c>IMAGEN4_LEDGER</c> has to say; null where the home has it.</returns>
    public async Task<string?> NewAsync() => _cluster is null ? null : await _cluster.CreateDatabaseAsync().ConfigureAwait(false);

    /// <summary>Has this process use a ledger that is empty, with a home that is.</summary>
    public async Task UseAsync(string home)
    {
        Environment.SetEnvironmentVariable("IMAGEN4_HOME", home);
        Environment.SetEnvironmentVariable(LedgerCatalog.Variable, await NewAsync().ConfigureAwait(false));
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
