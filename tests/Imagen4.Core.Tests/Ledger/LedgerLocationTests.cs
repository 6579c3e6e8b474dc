using Imagen4.Core.Ledger;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

[Collection(RunsAlone.Name)]
public sealed class LedgerLocationTests : EnvironmentTest
{
    private const string Address = "Host=db.example;Database=imagen;Username=worker";

    public LedgerLocationTests()
    {
        Set(LedgerCatalog.Variable, null);
        Set("PGPASSWORD", null);
        Set("PGPASSFILE", null);
        Set("HOME", Home.Path);
        TestClient.Ledgers.Use(null);
    }

    [Fact]
    public async Task The_variable_comes_before_the_session_and_the_session_before_the_settings()
    {
        Assert.Null(TestClient.Ledgers.Choice);
        Assert.Equal(Home.At("ledger.db"), await WhereAsync());

        await LedgerCatalog.SaveAsync(new LedgerChoice { ConnectionString = Address }, default);
        Assert.Equal("postgres://db.example:5432/imagen", await WhereAsync());
        Assert.Equal(LedgerScope.User, TestClient.Ledgers.Choice!.Scope);

        TestClient.Ledgers.Use(new LedgerChoice { ConnectionString = "Host=session.example;Database=imagen" });
        Assert.Equal("postgres://session.example:5432/imagen", await WhereAsync());
        Assert.Equal(LedgerScope.Session, TestClient.Ledgers.Choice!.Scope);

        Set(LedgerCatalog.Variable, "postgres://worker:s3cret@variable.example:6000/imagen");
        Assert.Equal("postgres://variable.example:6000/imagen", await WhereAsync());
        Assert.Equal(LedgerScope.Environment, TestClient.Ledgers.Choice!.Scope);

        Set(LedgerCatalog.Variable, " ");
        TestClient.Ledgers.Use(null);
        await LedgerCatalog.SaveAsync(null, default);
        Assert.Equal(Home.At("ledger.db"), await WhereAsync());
        Assert.DoesNotContain("ledger", File.ReadAllText(UserSettings.FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompts_are_kept_unless_the_session_or_else_the_settings_say_otherwise()
    {
        var ledgers = new LedgerCatalog();
        Assert.True(ledgers.KeepsPrompts);

        await LedgerCatalog.SaveKeepPromptsAsync(false, default);
        Assert.False(ledgers.KeepsPrompts);

        ledgers.KeepPrompts(true);
        Assert.True(ledgers.KeepsPrompts);
        ledgers.KeepPrompts(false);
        await LedgerCatalog.SaveKeepPromptsAsync(true, default);
        Assert.False(ledgers.KeepsPrompts);
        Assert.DoesNotContain("prompts", await File.ReadAllTextAsync(UserSettings.FilePath), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Equal_locations_are_the_same_ledger()
    {
        var file = TestClient.Ledgers.Current;
        Assert.Equal(file, TestClient.Ledgers.Current);

        TestClient.Ledgers.Use(new LedgerChoice { ConnectionString = Address });
        var database = TestClient.Ledgers.Current;
        Assert.NotEqual(file, database);

        TestClient.Ledgers.Use(null);
        Set(LedgerCatalog.Variable, Address);
        Assert.Equal(database, TestClient.Ledgers.Current);
    }

    [Theory]
    [InlineData("Host=db.example;Database=imagen;Password=s3cret")]
    [InlineData("Host=db.example;Database=imagen;SSL Password=s3cret")]
    [InlineData("postgres://worker:s3cret@db.example/imagen")]
    public async Task A_password_is_not_stored_and_not_repeated(string text)
    {
        var choice = new LedgerChoice { ConnectionString = text };

        var used = Assert.Throws<InvalidInputException>(() => TestClient.Ledgers.Use(choice));
        var saved = await Assert.ThrowsAsync<InvalidInputException>(() => LedgerCatalog.SaveAsync(choice, default));

        Assert.Equal(
            "The address of the ledger's database has a password in it, and nothing was kept of it. Leave it out; store the password with "
            + "Set-Secret and name it with -SecretName, or put it into PGPASSWORD or PostgreSQL's password file.",
            used.Message);
        Assert.Equal(used.Message, saved.Message);
        Assert.Null(TestClient.Ledgers.Choice);
        Assert.Empty(Home.Names);
        Assert.DoesNotContain("s3cret", used + choice.ToString() + TestClient.Ledgers.Current, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C:/ledger.db")]
    [InlineData("mysql://worker:s3cret@db.example/imagen")]
    [InlineData("Host=db.example;Password=s3cret")]
    [InlineData("Host=a.example,b.example;Database=imagen")]
    [InlineData("Host=db.example;Database=imagen;Colour=s3cret")]
    public void A_variable_that_names_no_database_stops_before_anything_is_sent(string text)
    {
        Set(LedgerCatalog.Variable, text);

        var error = Assert.Throws<LedgerUnavailableException>(() => TestClient.Ledgers.Current);

        Assert.StartsWith("IMAGEN4_LEDGER: The address of the ledger's database ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_written_into_the_settings_by_hand_is_refused_too()
    {
        File.WriteAllText(
            UserSettings.FilePath, """{ "ledger": { "connectionString": "Host=db.example;Database=imagen;Password=s3cret" } }""");

        var error = Assert.Throws<LedgerUnavailableException>(() => TestClient.Ledgers.Current);

        Assert.StartsWith($"{UserSettings.FilePath}: The address of the ledger's database has a password in it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_comes_from_the_secret_and_makes_another_location()
    {
        TestClient.Ledgers.Use(new LedgerChoice { ConnectionString = Address, SecretName = "ledger" });
        var without = TestClient.Ledgers.Current;

        TestClient.Ledgers.FindPassword((name, _) => SecretAnswer.Found($"{name}-s3cret"));

        Assert.NotEqual(without, TestClient.Ledgers.Current);
        Assert.DoesNotContain("s3cret", TestClient.Ledgers.Current.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_missing_is_said_so_unless_there_is_another_password()
    {
        TestClient.Ledgers.Use(new LedgerChoice { ConnectionString = Address, SecretName = "missing" });

        var empty = Assert.Throws<LedgerUnavailableException>(() => TestClient.Ledgers.FindPassword((_, _) => SecretAnswer.Nothing));
        var vault = Assert.Throws<LedgerUnavailableException>(() => TestClient.Ledgers.FindPassword((_, _) => null));
        var refused = Assert.Throws<LedgerUnavailableException>(() => TestClient.Ledgers.FindPassword((_, _) => SecretAnswer.Refused("it is locked")));

        Assert.StartsWith("There is no password for the ledger's database: the secret missing does not exist", empty.Message, StringComparison.Ordinal);
        Assert.Contains("without the command Get-Secret", vault.Message, StringComparison.Ordinal);
        Assert.Contains("could not be read (it is locked)", refused.Message, StringComparison.Ordinal);

        Set("PGPASSWORD", "s3cret");
        TestClient.Ledgers.FindPassword((_, _) => SecretAnswer.Nothing);
    }

    [SkippableFact]
    public void The_password_file_of_PostgreSQLs_programs_counts_as_another_password()
    {
        Skip.If(OperatingSystem.IsWindows(), "NOT RUN: The file is in the user's profile there, which no variable moves.");
        TestClient.Ledgers.Use(new LedgerChoice { ConnectionString = Address, SecretName = "missing" });
        Assert.Throws<LedgerUnavailableException>(() => TestClient.Ledgers.FindPassword((_, _) => SecretAnswer.Nothing));

        File.WriteAllText(Home.At(".pgpass"), "*:*:*:*:s3cret");

        TestClient.Ledgers.FindPassword((_, _) => SecretAnswer.Nothing);
    }

    private static async Task<string> WhereAsync()
    {
        await using var database = TestClient.Ledgers.Current.Open();
        return database.Location;
    }
}
