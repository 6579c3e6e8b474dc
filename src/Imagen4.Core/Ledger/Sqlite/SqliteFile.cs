using System.Globalization;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Microsoft.Data.Sqlite;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>The file of a ledger: created for its user alone, opened, and brought to the version of its tables.</summary>
/// <param name="home">The state folder.</param>
/// <param name="path">The file.</param>
/// <param name="checks">What is known of earlier looks at it.</param>
/// <param name="busyTimeout">How long another program may hold it.</param>
internal sealed class SqliteFile(string home, string path, SqliteChecks checks, TimeSpan busyTimeout)
{
    /// <summary>Opens a connection to it.</summary>
    /// <param name="writes">Whether it is going to write; without it, nothing is created.</param>
    /// <returns>The connection; null where there is no ledger yet and nothing is to be created.</returns>
    /// <exception cref="LedgerUnavailableException">It is damaged, of a newer version, or on a file system that cannot do what it
    /// takes.</exception>
    /// <exception cref="System.Data.Common.DbException">SQLite cannot open it.</exception>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created.</exception>
    public SqliteConnection? Open(bool writes)
    {
        if (!writes && !File.Exists(path))
        {
            RequireFolder();
            return null;
        }

        OwnFile.RequireOwn(path);

        // SQLite believes what its log says as well.
        OwnFile.RequireOwn($"{path}-wal");
        OwnFile.RequireOwn($"{path}-journal");
        OwnFile.RequireOwn($"{path}-shm");
        SqliteLibrary.Require();
        SqliteConnection? connection = null;
        try
        {
            if (writes)
            {
                CreateFile();
            }

            connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                ForeignKeys = true,
                DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
            }.ToString());
            connection.Open();
            if (writes)
            {
                // What is forgotten is to be gone from the file, too.
                Execute(connection, string.Create(
                    CultureInfo.InvariantCulture,
                    $"PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = {(long)busyTimeout.TotalMilliseconds}"));
                RequireContent(connection);
                Migrate(connection);
            }
            else if (Version(connection) is < LedgerSchema.OldestRead or > LedgerSchema.Version)
            {
                RequireContent(connection);
                RequireVersion(connection);
                connection.Dispose();
                return null;
            }

            return connection;
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>The first value that a statement of this module selects.</summary>
    public static object? Scalar(SqliteConnection connection, string sql)
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

    private void RequireFolder()
    {
        if (File.Exists(home))
        {
            throw new LedgerUnavailableException(Messages.StateFolderIsFile.With(home));
        }
    }

    // Prompts are private: only the user can read the file from the start, and SQLite gives its companion files the same rights.
    private void CreateFile()
    {
        if (File.Exists(path))
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

        checks.Forget();
        new FileStream(path, options).Dispose();
        DirectorySync.Flush(home);
    }

    private void Migrate(SqliteConnection connection)
    {
        // Kept by the file once it is set. A file system without shared memory, such as a network share, answers with another mode.
        if (Scalar(connection, "PRAGMA journal_mode = WAL") is not "wal")
        {
            throw new LedgerUnavailableException(Messages.LedgerWithoutWal.With(path));
        }

        if (Version(connection) == LedgerSchema.Version)
        {
            return;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        RequireVersion(connection);
        if (Version(connection) is var version && version < LedgerSchema.Version)
        {
            Execute(connection, LedgerSchema.SqliteSince(version));
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {LedgerSchema.Version}"));
        }

        transaction.Commit();
    }

    // A file that has been cut to nothing looks like a new one, and its rows would all be paid for again.
    private void RequireContent(SqliteConnection connection)
    {
        // In this order: another process may be creating it just now, and tells that it was checked once it has tables.
        if (checks.WasDone && Version(connection) == 0)
        {
            throw new LedgerUnavailableException(Messages.LedgerFileDamaged.With(path, Messages.LedgerEmpty)) { IsDamaged = true };
        }
    }

    private void RequireVersion(SqliteConnection connection)
    {
        if (Version(connection) is var version && version > LedgerSchema.Version)
        {
            throw new LedgerUnavailableException(Messages.LedgerFromFuture.With(path, version, LedgerSchema.Version));
        }
    }

    private static long Version(SqliteConnection connection) => (long)Scalar(connection, "PRAGMA user_version")!;
}
