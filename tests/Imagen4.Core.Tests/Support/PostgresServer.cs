using Imagen4.Torture;

namespace Imagen4.Core.Tests.Support;

/// <summary>A PostgreSQL server of the tests' own.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private PostgresCluster? _cluster;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => PostgresCluster.Missing;

    /// <summary>The port it listens on.</summary>
    public int Port => _cluster!.Port;

    public async Task InitializeAsync()
    {
        if (Missing is { } missing)
        {
            Console.Error.WriteLine($"!! The ledger on PostgreSQL was NOT tested: {missing}.");
            return;
        }

        _cluster = await PostgresCluster.CreateAsync();
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public Task StartAsync() => _cluster!.StartAsync();

    /// <summary>Ends it at once, as a crash does: sessions break off, and what was not flushed is recovered from its log.</summary>
    public Task CrashAsync() => _cluster!.CrashAsync();

    /// <summary>Creates an empty database.</summary>
    /// <returns>How to connect to it; connections are not kept for later.</returns>
    public async Task<string> CreateDatabaseAsync() => await _cluster!.CreateDatabaseAsync() + ";Pooling=false";

    /// <summary>Creates an empty database in a folder of its own, such as a small disk.</summary>
    /// <returns>How to connect to it; connections are not kept for later.</returns>
    public async Task<string> CreateDatabaseOnAsync(string folder) => await _cluster!.CreateDatabaseOnAsync(folder) + ";Pooling=false";

    /// <summary>Drops a database that was created in a folder of its own.</summary>
    public Task DropDatabaseAsync(string address) => address.Length > 0 ? _cluster!.DropDatabaseOnAsync(address) : Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
