using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// A PostgreSQL server of the tests' own: a cluster in a temporary folder, on a free port of the loopback interface, run by a user
/// who is not root (the server refuses root).
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly string? Programs = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [])
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"imagen4-pg-{Guid.NewGuid():N}");
    private Process? _server;
    private int _databases;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => Programs is null ? "PostgreSQL's server programs (initdb, postgres) are not installed" : null;

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    public async Task InitializeAsync()
    {
        if (Missing is { } missing)
        {
            Console.Error.WriteLine($"!! The ledger on PostgreSQL was NOT tested: {missing}.");
            return;
        }

        Directory.CreateDirectory(_folder);
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "nobody", _folder);
        }

        await RunAsync("initdb", "-D", Path.Combine(_folder, "data"), "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8", "--no-locale");
        Port = FreePort();
        await StartAsync();
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _server = Start(
            "postgres", "-D", Path.Combine(_folder, "data"), "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", _folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60");
        while (true)
        {
            try
            {
                var connection = new NpgsqlConnection(ConnectionString("postgres"));
                await using var disposing = connection.ConfigureAwait(false);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (!_server.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Ends it at once, as a crash does: sessions break off, and what was not flushed is recovered from its log.</summary>
    public async Task CrashAsync()
    {
        await RunAsync("pg_ctl", "-D", Path.Combine(_folder, "data"), "stop", "-m", "immediate");
        await _server!.WaitForExitAsync();
    }

    /// <summary>Creates an empty database.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"ledger{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Creates an empty database in a folder of its own, such as a small disk.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> CreateDatabaseOnAsync(string folder)
    {
        var place = Path.Combine(folder, "space");
        Directory.CreateDirectory(place);
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "nobody", place);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"ledger{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync($"CREATE TABLESPACE {name} LOCATION '{place}'");
        await ExecuteAsync($"CREATE DATABASE {name} TABLESPACE {name}");
        return ConnectionString(name);
    }

    /// <summary>Drops a database that was created in a folder of its own.</summary>
    public async Task DropDatabaseAsync(string address)
    {
        if (address.Length > 0)
        {
            var name = new NpgsqlConnectionStringBuilder(address).Database;
            await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
            await ExecuteAsync($"DROP TABLESPACE {name}");
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            await CrashAsync();
        }

        _server?.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await using var disposing = connection.ConfigureAwait(false);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names of this class's own.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var executing = command.ConfigureAwait(false);
        _ = await command.ExecuteNonQueryAsync();
    }

    private string ConnectionString(string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username=tester;Pooling=false");

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var said = process.StandardError.ReadToEndAsync();
        _ = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await said}");
    }

    private static Process Start(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        var start = File.Exists(path) && Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(File.Exists(path) ? path : program, arguments);
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        start.WorkingDirectory = "/";
        var process = Process.Start(start)!;
        return process;
    }
}
