using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>Where a ledger is. Equal ones are the same ledger, opened the same way.</summary>
public sealed record LedgerLocation
{
    internal const string PasswordVariable = "PGPASSWORD";
    internal const string PasswordFileVariable = "PGPASSFILE";
    private const string MaximumPoolSize = "Maximum Pool Size";
    private const int MostConnections = 6;

    private readonly string? _home;
    private readonly string? _address;
    private readonly string? _password;

    private LedgerLocation(string? home, string? address, string? password) => (_home, _address, _password) = (home, address, password);

    /// <summary>A file of this machine.</summary>
    /// <param name="home">The folder it is in.</param>
    internal static LedgerLocation OfFile(string home) => new(home, address: null, password: null);

    /// <summary>A database of a server.</summary>
    /// <param name="address">How to connect to it.</param>
    /// <param name="password">The password, where it is not in the address or elsewhere.</param>
    internal static LedgerLocation OfServer(string address, string? password) => new(home: null, address, password);

    /// <summary>Whether it is shared: in a database server, not in a file of this machine.</summary>
    public bool IsShared => _address is not null;

    /// <summary>Never what may be secret.</summary>
    public override string ToString() => IsShared ? "PostgreSQL" : "SQLite";

    /// <summary>Opens it. Nothing is read, written or connected to before it is used.</summary>
    internal ILedgerDatabase Open() => _address is null ? new SqliteDatabase(_home!) : OpenPostgres(_address, _password);

    // On its own, so that the driver is loaded only where there is a server to talk to.
    private static PostgresDatabase OpenPostgres(string address, string? password)
    {
        var settings = PostgresAddress.Read(address);
        settings.Password = password ?? settings.Password;

        // The driver takes a hundred, which is all that a server has by default, and many processes share one. Two to write and to show
        // that it lives, two to read, and what only looks for a moment waits its turn.
        if (!settings.ShouldSerialize(MaximumPoolSize))
        {
            settings.MaxPoolSize = MostConnections;
        }

        // An empty variable counts as not set, as for PostgreSQL's own programs. The driver would sign in without a password, and look
        // for a file without a name.
        foreach (var variable in (string[])[PasswordVariable, PasswordFileVariable])
        {
            if (Environment.GetEnvironmentVariable(variable) is "")
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }

        return new PostgresDatabase(settings);
    }
}
