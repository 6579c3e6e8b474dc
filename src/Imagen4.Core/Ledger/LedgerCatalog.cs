using System.Collections.Concurrent;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The ledgers this process can use: the database that <c>IMAGEN4_LEDGER</c> names, else the session's, else that of the user's
/// settings, else <c>ledger.db</c> in the state folder. The session is whoever shares this object.
/// </summary>
public sealed class LedgerCatalog
{
    /// <summary>The variable that names the database.</summary>
    public const string Variable = "IMAGEN4_LEDGER";

    // Each is opened once, whoever uses it.
    private readonly ConcurrentDictionary<LedgerLocation, Lazy<RequestLedger>> _opened = new();

    // By the connection string and the name of the secret: who looks it up is the command, who needs it is the batch behind it.
    private readonly ConcurrentDictionary<LedgerChoice, string> _passwords = new();
    private volatile LedgerChoice? _session;
    private bool? _sessionKeepsPrompts;

    /// <summary>Where the one is that is in use now.</summary>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public LedgerLocation Current
    {
        get
        {
            if (Choice is not { } choice)
            {
                return LedgerLocation.OfFile(StateFolder.Path);
            }

            RequireUsable(choice);
            return LedgerLocation.OfServer(choice.ConnectionString, _passwords.GetValueOrDefault(choice));
        }
    }

    /// <summary>What was chosen, by whoever comes first; null for the default.</summary>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public LedgerChoice? Choice => OfEnvironment ?? _session ?? UserSettings.Load().Ledger;

    /// <summary>The ledger that is in use now.</summary>
    /// <exception cref="LedgerUnavailableException">The chosen ledger is not a valid database address.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    internal RequestLedger InUse
    {
        get
        {
            var ledger = _opened
                .GetOrAdd(Current, static place => new Lazy<RequestLedger>(() => new RequestLedger(place.Open(), TimeProvider.System)))
                .Value;
            ledger.KeepsPrompts = KeepsPrompts;
            return ledger;
        }
    }

    /// <summary>Whether the ledger is told prompts: what the session says, else the user's settings; else it is.</summary>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public bool KeepsPrompts => _sessionKeepsPrompts ?? UserSettings.Load().KeepsPrompts ?? true;

    /// <summary>
    /// Looks the password up where a secret has it. Commands call it before they use the ledger, on the pipeline's thread,
    /// because a vault may ask for its own password.
    /// </summary>
    /// <param name="secrets">Looks secrets up.</param>
    /// <exception cref="LedgerUnavailableException">The secret is not there or is not given out, and there is no other
    /// password.</exception>
    /// <exception cref="InvalidInputException">The user's settings cannot be read.</exception>
    public void FindPassword(SecretLookup secrets)
    {
        if (Choice is not { SecretName: { } name } choice)
        {
            return;
        }

        var answer = secrets(name, vault: null);
        if (answer?.Key is { } password)
        {
            _passwords[choice] = password;
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
    /// <exception cref="InvalidInputException">It is not an address of a database, or has a password in it.</exception>
    public void Use(LedgerChoice? choice)
    {
        RequirePlain(choice);
        _session = choice is null ? null : choice with { Scope = LedgerScope.Session };
    }

    /// <summary>Tells the ledger prompts, or not, for the rest of this process.</summary>
    public void KeepPrompts(bool keeps) => _sessionKeepsPrompts = keeps;

    /// <summary>Tells the ledger prompts, or not, in every session of this user.</summary>
    /// <param name="keeps">Whether it is told them.</param>
    /// <param name="cancellation">Stops waiting for other processes.</param>
    /// <exception cref="InvalidInputException">The settings cannot be changed.</exception>
    public static Task SaveKeepPromptsAsync(bool keeps, CancellationToken cancellation) =>
        UserSettings.ChangeAsync(settings => settings with { KeepsPrompts = keeps ? null : false }, cancellation);

    /// <summary>Uses a database in every session of this user.</summary>
    /// <param name="choice">The database; null to go back to the default one.</param>
    /// <param name="cancellation">Stops waiting for other processes.</param>
    /// <exception cref="InvalidInputException">It is not an address of a database, or has a password in it; or the settings cannot be
    /// changed.</exception>
    public static Task SaveAsync(LedgerChoice? choice, CancellationToken cancellation)
    {
        RequirePlain(choice);
        var saved = choice is null ? null : choice with { Scope = LedgerScope.User };
        return UserSettings.ChangeAsync(settings => settings with { Ledger = saved }, cancellation);
    }

    /// <summary>The address as messages may show it: without a role, a password or other settings.</summary>
    /// <exception cref="InvalidInputException">It is not an address of a database, or has a password in it.</exception>
    public static string Show(LedgerChoice choice)
    {
        RequirePlain(choice);
        return PostgresAddress.Show(PostgresAddress.Read(choice.ConnectionString));
    }

    private static LedgerChoice? OfEnvironment =>
        Environment.GetEnvironmentVariable(Variable) is { } named && !string.IsNullOrWhiteSpace(named)
        ? new LedgerChoice { ConnectionString = named.Trim(), Scope = LedgerScope.Environment }
        : null;

    private static bool HasOtherPassword => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(LedgerLocation.PasswordVariable))
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(LedgerLocation.PasswordFileVariable))
        || File.Exists(PostgresAddress.PasswordFile);

    // The variable is not stored by anybody, so it may have a password in it, as it may stand in PGPASSWORD.
    private static void RequireUsable(LedgerChoice choice)
    {
        try
        {
            if (choice.Scope == LedgerScope.Environment)
            {
                _ = PostgresAddress.Read(choice.ConnectionString);
            }
            else
            {
                RequirePlain(choice);
            }
        }
        catch (InvalidInputException error)
        {
            var source = choice.Scope == LedgerScope.Environment ? Variable : UserSettings.FilePath;
            throw new LedgerUnavailableException(Messages.LedgerAddressFrom.With(source, error.Message));
        }
    }

    private static void RequirePlain(LedgerChoice? choice)
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
