using System.Data.Common;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Microsoft.Data.Sqlite;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>A ledger in a file of this machine: <c>ledger.db</c> in the state folder, with a lock file for each process that works on
/// it.</summary>
internal sealed class SqliteDatabase : ILedgerDatabase
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;

    private const int MostEmptyings = 10;
    private static readonly TimeSpan EmptyingPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// How long another program may hold the file: by default long enough for another process's largest group on a slow disk,
    /// short enough to say that something is wrong.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(15);

    private readonly string _home;
    private readonly string _path;
    private readonly SqliteOwnerLocks _locks;
    private readonly SqliteChecks _checks;
    private readonly Lock _changing = new();
    private bool _isOpen;
    private int _incarnation;

    /// <summary>Names it. Nothing is opened.</summary>
    /// <param name="home">The state folder.</param>
    public SqliteDatabase(string home)
    {
        (_home, _path) = (home, Path.Combine(home, "ledger.db"));
        var owners = Path.Combine(home, "owners");
        _locks = new SqliteOwnerLocks(owners);
        _checks = new SqliteChecks(owners, _locks);
    }

    /// <inheritdoc/>
    public string Location => _path;

    /// <inheritdoc/>
    public int Readers => 1;

    /// <inheritdoc/>
    public string? LockClaims => null;

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
                if (_isOpen && !(File.Exists(_path) && _locks.IsThere))
                {
                    _locks.Drop();
                    _isOpen = false;
                    _incarnation++;
                }

                return _incarnation;
            }
        }
    }

    /// <inheritdoc/>
    public Task<DbConnection?> OpenAsync(bool writes, CancellationToken cancellation) => Task.FromResult<DbConnection?>(Open(writes));

    private SqliteConnection? Open(bool writes)
    {
        try
        {
            var connection = new SqliteFile(_home, _path, _checks, BusyTimeout).Open(writes);
            lock (_changing)
            {
                _isOpen = _isOpen || connection is not null;
            }

            return connection;
        }
        catch (Exception error) when (error is DbException or IOException or UnauthorizedAccessException)
        {
            throw Unavailable(error, writes);
        }
    }

    /// <inheritdoc/>
    public bool IsTransient(Exception error) => error is SqliteException { SqliteErrorCode: Locked };

    /// <inheritdoc/>
    public bool IsOfOneChange(Exception error) => error is SqliteException { SqliteErrorCode: TooBig or Constraint or Mismatch };

    /// <inheritdoc/>
    public LedgerUnavailableException Unavailable(Exception error, bool writes) => error switch
    {
        LedgerUnavailableException known => known,
        SqliteException { SqliteErrorCode: Busy } => new LedgerUnavailableException(Messages.LedgerLocked.With(_path), error),
        SqliteException { SqliteErrorCode: 11 or 26 } =>
            new LedgerUnavailableException(Messages.LedgerFileDamaged.With(_path, error.Message.TrimEnd('.')), error) { IsDamaged = true },
        _ => new LedgerUnavailableException((writes ? Messages.LedgerUnwritable : Messages.LedgerUnreadable).With(_path, error.Message), error)
        {
            NextCommand = (error as UntrustedStateException)?.Command,
        },
    };

    /// <inheritdoc/>
    public async Task HoldAsync(long owner, CancellationToken cancellation)
    {
        try
        {
            await _locks.HoldAsync(owner).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(error, writes: true);
        }
    }

    /// <inheritdoc/>
    public Task<bool> IsAliveAsync(long owner, CancellationToken cancellation) => Task.FromResult(_locks.IsAlive(owner));

    /// <inheritdoc/>
    public string? UnreadableLock(long owner) => _locks.UnreadableLock(owner);

    /// <inheritdoc/>
    public Task LetGoAsync()
    {
        _locks.LetGo();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CheckAsync(Func<long, CancellationToken, Task<bool>> hasRequests, CancellationToken cancellation)
    {
        try
        {
            await _checks.RunAsync(Check, hasRequests, Time.GetUtcNow(), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(error, writes: true);
        }
    }

    /// <inheritdoc/>
    public void ShrinkLog()
    {
        try
        {
            if (new FileInfo(_path + "-wal") is { Exists: true, Length: > 0 })
            {
                using var connection = Open(writes: false);
                _ = connection is not null && IsLogEmptied(connection);
            }
        }
        catch (Exception error) when (error is DbException or IOException or UnauthorizedAccessException or LedgerUnavailableException)
        {
            // Every step is in the log: the next process that closes it writes it back.
        }
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
            return SqliteFile.Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)") is 0L;
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
            if (SqliteFile.Scalar(connection, "PRAGMA quick_check(1)") is var said && said is not "ok")
            {
                throw new LedgerUnavailableException(Messages.LedgerFileDamaged.With(_path, said)) { IsDamaged = true };
            }
        }
        catch (DbException error)
        {
            throw Unavailable(error, writes: true);
        }
    }
}
