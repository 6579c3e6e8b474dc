using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Imagen4.Torture;

/// <summary>
/// A PostgreSQL server of one's own: a cluster in a temporary folder, on a free port of the loopback interface, run by a user who is
/// not root (the server refuses root). The role <c>tester</c> may do everything, without a password.
/// </summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    // Debian keeps the server's programs out of the path.
    private static readonly string? Programs = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")) : [])
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    // A connection that was kept from before a crash is no sign of life.
    private const string NotPooled = ";Pooling=false";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"imagen4-pg-{Guid.NewGuid():N}");
    private bool _isDurable;
    private Process? _server;
    private int _databases;

    private PostgresCluster()
    {
    }

    /// <summary>Why there can be none; null where there can.</summary>
    public static string? Missing => Programs is null ? "PostgreSQL's server programs (initdb, postgres) are not installed" : null;

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>The folder of its files.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Makes one and starts it.</summary>
    /// <param name="checksums">Whether its pages have checksums, which is not so by default before version 18.</param>
    /// <param name="isDurable">Whether it survives a power failure; it is faster without.</param>
    public static async Task<PostgresCluster> CreateAsync(bool checksums = false, bool isDurable = true)
    {
        var cluster = new PostgresCluster { _isDurable = isDurable };
        try
        {
            Directory.CreateDirectory(cluster._folder);
            if (Environment.UserName == "root")
            {
                await RunAsync("chown", "nobody", cluster._folder).ConfigureAwait(false);
            }

            string[] settings = ["-D", cluster.Data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8", "--no-locale"];
            await RunAsync("initdb", checksums ? [.. settings, "--data-checksums"] : settings).ConfigureAwait(false);
            cluster.Port = FreePort();
            await cluster.StartAsync().ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        // What it says goes to a file: nobody reads its pipes.
        _server = Start(
            "postgres", "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", _folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "logging_collector=on", "-c", $"fsync={(_isDurable ? "on" : "off")}");
        await UntilReadyAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until it answers: it is starting, or recovers after a process of its own has crashed.</summary>
    public async Task UntilReadyAsync()
    {
        while (true)
        {
            try
            {
                var connection = new NpgsqlConnection(ConnectionString("postgres") + NotPooled);
                await using var disposing = connection.ConfigureAwait(false);
                await connection.OpenAsync().ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException) when (!_server!.HasExited)
            {
                await Task.Delay(50).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends it at once, as a crash does: sessions break off, and what was not flushed is recovered from its log.</summary>
    public async Task CrashAsync()
    {
        await RunAsync("pg_ctl", "-D", Data, "stop", "-m", "immediate").ConfigureAwait(false);
        await _server!.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Creates a database: an empty one, or a copy of another's files.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"ledger{Interlocked.Increment(ref _databases)}");
        var from = template is null ? "" : $" TEMPLATE {NameOf(template)} STRATEGY FILE_COPY";
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}{from}").ConfigureAwait(false);
        return ConnectionString(name);
    }

    /// <summary>Removes a database, whoever is connected to it.</summary>
    public Task DropDatabaseAsync(string address) =>
        ExecuteAsync(ConnectionString("postgres"), $"DROP DATABASE {NameOf(address)} WITH (FORCE)");

    /// <summary>Creates an empty database in a folder of its own, such as a small disk.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> CreateDatabaseOnAsync(string folder)
    {
        var place = Path.Combine(folder, "space");
        Directory.CreateDirectory(place);
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "nobody", place).ConfigureAwait(false);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"ledger{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE TABLESPACE {name} LOCATION '{place}'").ConfigureAwait(false);
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name} TABLESPACE {name}").ConfigureAwait(false);
        return ConnectionString(name);
    }

    /// <summary>Drops a database that was created in a folder of its own.</summary>
    public async Task DropDatabaseOnAsync(string address)
    {
        await DropDatabaseAsync(address).ConfigureAwait(false);
        await ExecuteAsync(ConnectionString("postgres"), $"DROP TABLESPACE {NameOf(address)}").ConfigureAwait(false);
    }

    /// <summary>Runs SQL.</summary>
    /// <returns>The first column of what it selects.</returns>
    public static async Task<IReadOnlyList<string>> ExecuteAsync(string address, string sql)
    {
        var connection = new NpgsqlConnection(address + NotPooled);
        await using var disposing = connection.ConfigureAwait(false);
        await connection.OpenAsync().ConfigureAwait(false);
#pragma warning disable CA2100 // Every text is a constant of this program, or the name of a database it has chosen itself.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var executing = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await using var reading = reader.ConfigureAwait(false);
        var values = new List<string>();
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            values.Add(reader.GetValue(0).ToString()!);
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false } server)
        {
            try
            {
                await CrashAsync().ConfigureAwait(false);
            }
            catch (InvalidOperationException)
            {
                // It is only just starting. Its other processes end with it.
                server.Kill();
                await server.WaitForExitAsync().ConfigureAwait(false);
            }
        }

        _server?.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username=tester");

    private static string NameOf(string address) => new NpgsqlConnectionStringBuilder(address).Database!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var said = process.StandardError.ReadToEndAsync();
        _ = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {await said.ConfigureAwait(false)}");
        }
    }

    private static Process Start(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        var start = File.Exists(path) && Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(File.Exists(path) ? path : program, arguments);
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        start.WorkingDirectory = "/";
        return Process.Start(start)!;
    }
}
