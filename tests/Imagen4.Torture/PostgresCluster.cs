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
    public static async Task<PostgresCluster> CreateAsync()
    {
        var cluster = new PostgresCluster();
        try
        {
            Directory.CreateDirectory(cluster._folder);
            if (Environment.UserName == "root")
            {
                await RunAsync("chown", "nobody", cluster._folder).ConfigureAwait(false);
            }

            await RunAsync("initdb", "-D", cluster.Data, "-U", "tester", "--auth=trust", "--no-sync", "-E", "UTF8", "--no-locale")
                .ConfigureAwait(false);
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
            "-c", "listen_addresses=127.0.0.1", "-c", "logging_collector=on");
        while (true)
        {
            try
            {
                var connection = new NpgsqlConnection(ConnectionString("postgres") + NotPooled);
                await using var disposing = connection.ConfigureAwait(false);
                await connection.OpenAsync().ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException) when (!_server.HasExited)
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

    /// <summary>Creates an empty database.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"ledger{Interlocked.Increment(ref _databases)}");
        var connection = new NpgsqlConnection(ConnectionString("postgres") + NotPooled);
        await using var disposing = connection.ConfigureAwait(false);
        await connection.OpenAsync().ConfigureAwait(false);
        var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await using var creating = command.ConfigureAwait(false);
        _ = await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            await CrashAsync().ConfigureAwait(false);
        }

        _server?.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username=tester");

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
