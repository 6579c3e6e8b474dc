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
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;

    // Long enough not to be felt, short enough that no more than a day's work stands on a damaged page.
    private static readonly TimeSpan CheckAge = TimeSpan.FromDays(1);
    private static readonly TimeSpan LockAge = TimeSpan.FromMinutes(1);

    private const int MostEmptyings = 10;
    private static readonly TimeSpan EmptyingPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// How long another program may hold the file: by default long enough for another process's largest group on a slow disk,
    /// short enough to say that something is wrong.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private readonly string _path = Path.Combine(home, "ledger.db");
    private readonly string _owners = Path.Combine(home, "owners");
    private readonly Lock _changing = new();
    private FileStream? _lock;
    private bool _isOpen;
    private int _incarnation;

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
    public int Incarnation
    {
        get
        {
            lock (_changing)
            {
                if (_isOpen && !(File.Exists(_path) && (_lock is null || File.Exists(_lock.Name))))
                {
                    // Closed and not removed: by now the name may be another process's.
                    _lock?.Dispose();
                    (_lock, _isOpen) = (null, false);
                    _incarnation++;
                }

                return _incarnation;
            }
        }
    }

    /// <inheritdoc/>
    public Task<DbConnection?> OpenAsync(bool writes, CancellationToken cancellation) => Task.FromResult<DbConnection?>(Open(writes));

    /// <inheritdoc/>
    public DbConnection? OpenToRead() => Open(writes: false);

    private SqliteConnection? Open(bool writes)
    {
        if (!writes && !File.Exists(_path))
        {
            DemandFolder();
            return null;
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
            if (writes)
            {
                // What is forgotten is to be gone from the file, too.
                Execute(connection, string.Create(
                    CultureInfo.InvariantCulture,
                    $"PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = {(long)BusyTimeout.TotalMilliseconds}"));
                DemandContent(connection);
                Migrate(connection);
            }
            else if (Version(connection) is not LedgerSchema.Version)
            {
                DemandContent(connection);
                DemandVersion(connection);
                connection.Dispose();
                return null;
            }

            lock (_changing)
            {
                _isOpen = true;
            }

            return connection;
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
    public bool IsTransient(DbException error) => error is SqliteException { SqliteErrorCode: Locked };

    /// <inheritdoc/>
    public bool IsOfOneChange(Exception error) => error is SqliteException { SqliteErrorCode: TooBig or Constraint or Mismatch };

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
        FileStream file;
        try
        {
            Directory.CreateDirectory(_owners);
            file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(error, writes: true);
        }

        // Where locks are switched off, or the file system has none, everybody would take everybody else for dead.
        if (!IsAlive(owner))
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw new LedgerUnavailableException(Messages.LedgerWithoutLocks.With(path));
        }

        lock (_changing)
        {
            _lock = file;
        }
    }

    /// <inheritdoc/>
    public Task<bool> IsAliveAsync(long owner, CancellationToken cancellation) => Task.FromResult(IsAlive(owner));

    /// <inheritdoc/>
    public bool IsAlive(long owner)
    {
        try
        {
            using var file = Look(owner);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public string? UnreadableLock(long owner)
    {
        try
        {
            using var file = Look(owner);
            return null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return LockPath(owner);
        }
    }

    /// <inheritdoc/>
    public Task LetGoAsync()
    {
        FileStream? file;
        lock (_changing)
        {
            (file, _lock) = (_lock, null);
        }

        if (file is not null)
        {
            file.Dispose();
            Remove(file.Name);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CheckAsync(Func<long, CancellationToken, Task<bool>> hasRequests, CancellationToken cancellation)
    {
        var isDue = !File.Exists(Told) || Time.GetUtcNow() - File.GetLastWriteTimeUtc(Told) is var age && (age > CheckAge || age < TimeSpan.Zero);
        var left = new List<string>();
        foreach (var path in Directory.Exists(_owners) ? Directory.GetFiles(_owners, "*.lock") : [])
        {
            // A lock that has just been created may not be held yet.
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var owner)
                && Time.GetUtcNow() - File.GetLastWriteTimeUtc(path) > LockAge && !IsAlive(owner))
            {
                left.Add(path);
                isDue = isDue || await hasRequests(owner, cancellation).ConfigureAwait(false);
            }
        }

        if (isDue)
        {
            Check();
            Directory.CreateDirectory(_owners);
            await File.WriteAllBytesAsync(Told, [], cancellation).ConfigureAwait(false);
        }

        left.ForEach(Remove);
    }

    /// <inheritdoc/>
    public async Task<bool> OverwriteForgottenAsync()
    {
        using var connection = Open(writes: false);
        for (var attempt = 1; connection is not null; attempt++)
        {
            // Until it is written back, the log still has the pages as they were; who reads them keeps them a moment longer.
            if (IsLogEmptied(connection))
            {
                return true;
            }

            if (attempt == MostEmptyings)
            {
                return false;
            }

            await Task.Delay(EmptyingPause, Time).ConfigureAwait(false);
        }

        return true;
    }

    private static bool IsLogEmptied(SqliteConnection connection)
    {
        try
        {
            return Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)") is 0L;
        }
        catch (SqliteException error) when (error.SqliteErrorCode is Busy or Locked)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await LetGoAsync().ConfigureAwait(false);

    private void Check()
    {
        try
        {
            using var connection = Open(writes: true)!;
            if (Scalar(connection, "PRAGMA quick_check(1)") is var said && said is not "ok")
            {
                throw new LedgerUnavailableException(Messages.LedgerFileDamaged.With(_path, said));
            }
        }
        catch (DbException error)
        {
            throw Unavailable(error, writes: true);
        }
    }

    // To read is enough, so that another user's lock tells as much; a shared lock does not go with the holder's, which is his alone.
    private FileStream Look(long owner) => new(LockPath(owner), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nobody holds it, and that is what it says.
        }
    }

    private void DemandFolder()
    {
        if (File.Exists(home))
        {
            throw new LedgerUnavailableException(Messages.StateFolderIsFile.With(home));
        }
    }

    // Its time is that of the last check of the whole file.
    private string Told => Path.Combine(_owners, "checked");

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

        // What was checked of a ledger that is gone is not true of the next one.
        Remove(Told);
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

    // A file that has been cut to nothing looks like a new one, and its rows would all be paid for again.
    private void DemandContent(SqliteConnection connection)
    {
        // In this order: another process may be creating it just now, and tells that it was checked once it has tables.
        if (File.Exists(Told) && Version(connection) == 0)
        {
            throw new LedgerUnavailableException(Messages.LedgerFileDamaged.With(_path, Messages.LedgerEmpty));
        }
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
