using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger.Store;

public sealed class PostgresDatabaseTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [SkippableFact]
    public async Task A_server_that_was_restarted_is_gone_on_with()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        await using var store = Open(await server.CreateDatabaseAsync());
        var claimed = (await store.ClaimAsync(Request(), default))!;
        await server.CrashAsync();
        await server.StartAsync();

        var intent = await store.AdvanceAsync(claimed, claimed.Progress with { State = RequestState.Intent, Attempt = 1 });

        Assert.Equal(intent, await store.FindAsync(claimed.LedgerId, default));
        Assert.True(await store.IsAliveAsync(claimed.Progress.Owner!.Value, default));
    }

    [SkippableFact]
    public async Task It_has_no_text_of_a_row_where_no_prompts_are_kept()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        await WithoutPromptTests.HasNoTextAsync(LedgerLocation.OfServer(await server.CreateDatabaseAsync(), password: null).Open());
    }

    [SkippableFact]
    public async Task A_role_without_rights_is_told_where_the_tables_are()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        var address = await server.CreateDatabaseAsync();
        await ExecuteAsync(address, "CREATE ROLE visitor LOGIN");

        await using var store = Open(address.Replace("Username=tester", "Username=visitor", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));

        Assert.Matches(
            @"^The ledger in postgres://127\.0\.0\.1:\d+/ledger\d+ cannot be used with this role, and nothing is submitted: 42501: permission denied for database ledger\d+\. docs/ledger\.sql has the tables and the rights a role needs\.$",
            error.Message);
    }

    [SkippableFact]
    public async Task A_role_that_may_use_the_tables_need_not_be_able_to_make_them()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        var address = await server.CreateDatabaseAsync();
        await ExecuteAsync(address, $"BEGIN; {LedgerSchema.PostgresScript}; COMMIT; CREATE ROLE worker LOGIN;"
            + "GRANT USAGE ON SCHEMA imagen4 TO worker; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA imagen4 TO worker");

        await using var store = Open(address.Replace("Username=tester", "Username=worker", StringComparison.Ordinal));

        Assert.NotNull(await store.ClaimAsync(Request(), default));
    }

    [SkippableFact]
    public async Task A_role_that_is_unknown_is_named()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        var address = await server.CreateDatabaseAsync();
        await using var store = Open(address.Replace("Username=tester", "Username=nobody-here", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));

        Assert.Contains("does not accept the role 'nobody-here', and nothing is submitted: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_so_before_anything_is_claimed()
    {
        await using var store = Open($"Host=127.0.0.1;Port={Unused.Address().Port};Database=ledger;Username=tester");
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));

        Assert.Matches(@"^The ledger in postgres://127\.0\.0\.1:\d+/ledger cannot be written, and nothing more is submitted: ", error.Message);
    }

    [Theory]
    [InlineData("Host=db.example;Database=l;Username=u;Password=p;SSL Mode=Disable", "db.example", 5432, "l", "u", "p", SslMode.VerifyFull)]
    [InlineData("postgres://u:p%40ss@db.example:6000/l", "db.example", 6000, "l", "u", "p@ss", SslMode.VerifyFull)]
    [InlineData("postgresql://u@db.example/l?sslmode=disable", "db.example", 5432, "l", "u", null, SslMode.VerifyFull)]
    [InlineData("postgres://u@localhost/l", "localhost", 5432, "l", "u", null, SslMode.Prefer)]
    [InlineData("postgres:///l?host=/var/run/postgresql", "/var/run/postgresql", 5432, "l", null, null, SslMode.Prefer)]
    public void Addresses_are_read_and_TLS_is_verified_unless_the_host_is_this_machine(
        string text, string host, int port, string database, string? user, string? password, SslMode tls)
    {
        var settings = PostgresAddress.Read(text);

        Assert.Equal(
            (host, port, database, user, password, tls),
            (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password, settings.SslMode));
    }

    [Theory]
    [InlineData("a password with spaces s3cret")]
    [InlineData("Host=db;Nonsense=s3cret;Database=l")]
    [InlineData("postgres://s3cret")]
    [InlineData("Host=;Password=s3cret")]
    [InlineData("postgres://u:s3cret@db/l?options=s3cret")]
    [InlineData("postgres://u:s3cret@db/l%00")]
    public void What_is_no_address_is_refused_without_repeating_it(string text)
    {
        var error = Assert.Throws<InvalidInputException>(() => PostgresAddress.Read(text));

        Assert.StartsWith("The address of the ledger's database ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    private static LedgerStore Open(string address) => new(new PostgresDatabase(PostgresAddress.Read(address)), TimeProvider.System);

    private static async Task ExecuteAsync(string address, string sql)
    {
        var connection = new NpgsqlConnection(address);
        await using var disposing = connection.ConfigureAwait(false);
        await connection.OpenAsync();
        var command = new NpgsqlCommand(sql, connection);
        await using var executing = command.ConfigureAwait(false);
        _ = await command.ExecuteNonQueryAsync();
    }

    private static StoredRequest Request() => new()
    {
        LedgerId = LedgerEntry.NewId(),
        Row = new string('a', 32),
        Provider = "fal",
        BaseUri = "https://queue.fal.run",
        Model = "fal-ai/imagen4/preview",
        Input = """{"prompt":"a fox"}""",
    };
}
