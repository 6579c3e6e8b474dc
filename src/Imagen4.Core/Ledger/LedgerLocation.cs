using System.Collections.Concurrent;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Where the ledger is: in the database that <c>IMAGEN4_LEDGER</c> names, else in the session's, else in that of the user's
/// settings, else in <c>ledger.db</c> in the state folder. Equal ones are the same ledger, opened the same way.
/// </summary>
public sealed record LedgerLocation
{
    /// <summary>The variable that names the database.</summary>
    public const string Variable = "IMAGEN4_LEDGER";

    private const string PasswordVariable = "PGPASSWORD";
    private const string PasswordFileVariable = "PGPASSFILE";
    private const string MaximumPoolSize = "Maximum Pool Size";
    private const int MostConnections = 6;

    // By the connection string and the name of the secret: who looks it up is the command, who needs it is the batch behind it.
    private static readonly ConcurrentDictionary<LedgerChoice, string> Passwords = new();
    private static volatile LedgerChoice? _session;

    private readonly string? _home;
    private readonly string? _address;
    private readonly string? _password;

    private LedgerLocation(string? home, string? address, string? password) => (_home, _address, _password) = (home, address, password);

    /// <summary>The one that is in use now.</summary>
    /// <exception cref="LedgerUnavailableException">What was chosen is no address of a database.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public static LedgerLocation Current
    {
        get
        {
            if (Choice is not { } choice)
            {
                return new LedgerLocation(StateFolder.Path, address: null, password: null);
            }

            DemandUsable(choice);
            return new LedgerLocation(home: null, choice.ConnectionString, Passwords.GetValueOrDefault(choice));
        }
    }

    /// <summary>What was chosen, by whoever comes first; null for the default.</summary>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public static LedgerChoice? Choice => OfEnvironment ?? _session ?? UserSettings.Load().Ledger;

    /// <summary>Whether it is shared: in a database server, not in a file of this machine.</summary>
    public bool IsShared => _address is not null;

    /// <summary>
    /// Looks the password up where a secret has it. Commands call it before they use the ledger, on the pipeline's thread,
    /// because a vault may ask for its own password.
    /// </summary>
    /// <param name="secrets">Looks secrets up.</param>
    /// <exception cref="LedgerUnavailableException">The secret is not there or is not given out, and there is no other password.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public static void FindPassword(SecretLookup secrets)
    {
        if (Choice is not { SecretName: { } name } choice)
        {
            return;
        }

        var answer = secrets(name, vault: null);
        if (answer?.Key is { } password)
        {
            Passwords[choice] = password;
        }
        else if (answer?.Refusal is { } refusal)
        {
            throw new LedgerUnavailableException(Messages.LedgerSecretRefused.With(name, PlainText.Line(refusal)));
        }
        else if (!HasOtherPassword)
        {
            throw new LedgerUnavailableException((answer is null ? Messages.LedgerNoVault : Messages.LedgerNoSecret).With(name));
        }
    }

    /// <summary>Uses a database for the rest of this process.</summary>
    /// <param name="choice">The database; null to go back to the user's or the default one.</param>
    /// <exception cref="InvalidInputException">It is no address of a database, or has a password in it.</exception>
    public static void Use(LedgerChoice? choice)
    {
        Demand(choice);
        _session = choice is null ? null : choice with { Scope = LedgerScope.Session };
    }

    /// <summary>Uses a database in every session of this user.</summary>
    /// <param name="choice">The database; null to go back to the default one.</param>
    /// <param name="cancellation">Stops waiting for other processes.</param>
    /// <exception cref="InvalidInputException">It is no address of a database, or has a password in it; or the settings cannot be changed.</exception>
    public static Task SaveAsync(LedgerChoice? choice, CancellationToken cancellation)
    {
        Demand(choice);
        var saved = choice is null ? null : choice with { Scope = LedgerScope.User };
        return UserSettings.ChangeAsync(settings => settings with { Ledger = saved }, cancellation);
    }

    /// <summary>The address as messages may show it: without a role, a password or other settings.</summary>
    /// <exception cref="InvalidInputException">It is no address of a database, or has a password in it.</exception>
    public static string Show(LedgerChoice choice)
    {
        Demand(choice);
        return PostgresAddress.Show(PostgresAddress.Read(choice.ConnectionString));
    }

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

        // An empty variable is none, as for PostgreSQL's own programs. The driver would sign in without a password, and look for a file
        // without a name.
        foreach (var variable in (string[])[PasswordVariable, PasswordFileVariable])
        {
            if (Environment.GetEnvironmentVariable(variable) is "")
            {
                Environment.SetEnvironmentVariable(variable, null);
            }
        }

        return new PostgresDatabase(settings);
    }

    private static LedgerChoice? OfEnvironment => Environment.GetEnvironmentVariable(Variable) is { } named && !string.IsNullOrWhiteSpace(named)
        ? new LedgerChoice { ConnectionString = named.Trim(), Scope = LedgerScope.Environment }
        : null;

    private static bool HasOtherPassword => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PasswordVariable))
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PasswordFileVariable))
        || File.Exists(PostgresAddress.PasswordFile);

    // The variable is not stored by anybody, so it may have a password in it, as it may stand in PGPASSWORD.
    private static void DemandUsable(LedgerChoice choice)
    {
        try
        {
            if (choice.Scope == LedgerScope.Environment)
            {
                _ = PostgresAddress.Read(choice.ConnectionString);
            }
            else
            {
                Demand(choice);
            }
        }
        catch (InvalidInputException error)
        {
            var source = choice.Scope == LedgerScope.Environment ? Variable : UserSettings.FilePath;
            throw new LedgerUnavailableException(Messages.LedgerAddressFrom.With(source, error.Message));
        }
    }

    private static void Demand(LedgerChoice? choice)
    {
        if (choice is null)
        {
            return;
        }

        if (PostgresAddress.HasPassword(PostgresAddress.Read(choice.ConnectionString)))
        {
            throw new InvalidInputException(Messages.LedgerAddressHasPassword);
        }
    }
}
