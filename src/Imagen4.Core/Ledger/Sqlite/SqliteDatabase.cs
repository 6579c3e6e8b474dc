using System.Data.Common;
using System.Globalization;
using Imagen4.Core.Ledger.Store;
using Microsoft.Data.Sqlite;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>A ledger in a file of this machine: <c>ledger.db</c> in the state folder, with a lock file for each process that works on it.</summary>
/// <param name="home">The state folder.</param>
internal sealed class SqliteDatabase(string home) : ILedgerDatabase
{
    private const int Busy = 5;
    private const int Locked = 6;

    /// <summary>
    /// How long another program may hold the file: by default long enough for another process's largest group on a slow disk,
    /// short enough to say that something is wrong.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private readonly string _path = Path.Combine(home, "ledger.db");
    private readonly string _owners = Path.Combine(home, "owners");
    private FileStream? _lock;

    /// <inheritdoc/>
    public string Location => _path;

    /// <inheritdoc/>
    public string SelectVersion => "PRAGMA user_version";

    /// <inheritdoc/>
    public string SelectDatabaseVersion => "SELECT sqlite_version()";

    /// <inheritdoc/>
    public string SelectSize => "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

    /// <inheritdoc/>
    public string SelectFaults => "PRAGMA integrity_check";

    /// <inheritdoc/>
    public Task<DbConnection?> OpenAsync(bool writes, CancellationToken cancellation)
    {
        if (!writes && !File.Exists(_path))
        {
            return Task.FromResult<DbConnection?>(null);
        }

        SqliteLibrary.Demand();
        SqliteConnection? connection = null;
        try
        {
            if (writes)
            {
                CreateFile();
            }

            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = _path,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                ForeignKeys = true,
                DefaultTimeout = (int)Math.Ceiling(BusyTimeout.TotalSeconds),
            }.ToString());
            connection.Open();
            Execute(connection, "PRAGMA synchronous = FULL");
            if (writes)
            {
                Migrate(connection);
            }
            else if (Version(connection) is not LedgerSchema.Version)
            {
                DemandVersion(connection);
                connection.Dispose();
                return Task.FromResult<DbConnection?>(null);
            }

            return Task.FromResult<DbConnection?>(connection);
        }
        catch (Exception error) when (error is DbException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw Unavailable(error, writes);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<DbTransaction> BeginAsync(DbConnection connection) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false));

    /// <inheritdoc/>
    public bool IsTransient(DbException error) => error is SqliteException { SqliteErrorCode: Locked };

    /// <inheritdoc/>
    public LedgerUnavailableException Unavailable(Exception error, bool writes) => error switch
    {
        LedgerUnavailableException known => known,
        SqliteException { SqliteErrorCode: Busy } => new LedgerUnavailableException(Messages.LedgerLocked.With(_path), error),
        SqliteException { SqliteErrorCode: 11 or 26 } => new LedgerUnavailableException(Messages.LedgerFileDamaged.With(_path, error.Message), error),
        _ when writes => new LedgerUnavailableException(Messages.LedgerUnwritable.With(_path, error.Message), error),
        _ => new LedgerUnavailableException(Messages.LedgerUnreadable.With(_path, error.Message), error),
    };

    /// <inheritdoc/>
    public async Task HoldAsync(long owner, CancellationToken cancellation)
    {
        var path = LockPath(owner);
        try
        {
            Directory.CreateDirectory(_owners);
            _lock = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(error, writes: true);
        }

        // Where locks are switched off, or the file system has none, everybody would take everybody else for dead.
        if (!await IsAliveAsync(owner, cancellation).ConfigureAwait(false))
        {
            await _lock.DisposeAsync().ConfigureAwait(false);
            throw new LedgerUnavailableException(Messages.LedgerWithoutLocks.With(path));
        }
    }

    /// <inheritdoc/>
    public Task<bool> IsAliveAsync(long owner, CancellationToken cancellation)
    {
        try
        {
            using var file = new FileStream(LockPath(owner), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            return Task.FromResult(false);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lock is not null)
        {
            await _lock.DisposeAsync().ConfigureAwait(false);
        }
    }

    private string LockPath(long owner) => Path.Combine(_owners, string.Create(CultureInfo.InvariantCulture, $"{owner}.lock"));

    // Prompts are nobody else's business: the file is its user's alone from the start, and SQLite gives its companions the same rights.
    private void CreateFile()
    {
        if (File.Exists(_path))
        {
            return;
        }

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(home);
        }
        else
        {
            Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(_path, options).Dispose();
        DirectorySync.Flush(home);
    }

    private void Migrate(SqliteConnection connection)
    {
        // Kept by the file once it is set. A file system without shared memory, such as a network share, answers with another mode.
        if (Scalar(connection, "PRAGMA journal_mode = WAL") is not "wal")
        {
            throw new LedgerUnavailableException(Messages.LedgerWithoutWal.With(_path));
        }

        if (Version(connection) == LedgerSchema.Version)
        {
            return;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        DemandVersion(connection);
        if (Version(connection) == 0)
        {
            Execute(connection, LedgerSchema.Sqlite);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {LedgerSchema.Version}"));
        }

        transaction.Commit();
    }

    private void DemandVersion(SqliteConnection connection)
    {
        if (Version(connection) is var version && version > LedgerSchema.Version)
        {
            throw new LedgerUnavailableException(Messages.LedgerFromFuture.With(_path, version, LedgerSchema.Version));
        }
    }

    private static long Version(SqliteConnection connection) => (long)Scalar(connection, "PRAGMA user_version")!;

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        _ = command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this class or of the schema.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
