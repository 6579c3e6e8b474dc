using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger.Store;

/// <summary>The script for a database administrator, <c>docs/ledger.sql</c>, is what the code itself would create.</summary>
public sealed class LedgerScriptTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    // Everything that makes up a table, an index or a rule, one line each.
    private const string Shape =
        """
        SELECT format('%s.%s %s %s %s %s', table_name, column_name, data_type, is_nullable, column_default, identity_generation)
        FROM information_schema.columns WHERE table_schema = 'imagen4'
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'imagen4'
        UNION ALL SELECT format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'imagen4'::regnamespace
        UNION ALL SELECT format('version %s', number) FROM imagen4.version ORDER BY 1
        """;

    private static string Script { get; } = File.ReadAllText(Path.Combine(Root(AppContext.BaseDirectory), "docs", "ledger.sql")).ReplaceLineEndings("\n");

    [Fact]
    public void The_script_has_the_statements_that_the_code_runs() =>
        Assert.Contains($"\nBEGIN;\n{LedgerSchema.PostgresScript.ReplaceLineEndings("\n")}\nCOMMIT;\n", Script, StringComparison.Ordinal);

    [SkippableFact]
    public async Task The_script_makes_what_the_code_makes_and_the_role_it_describes_can_work_with_it()
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);

        var (made, scripted) = (await server.CreateDatabaseAsync(), await server.CreateDatabaseAsync());
        await using (var database = new PostgresDatabase(PostgresAddress.Read(made)))
        {
            await using var connection = await database.OpenAsync(writes: true, default);
        }

        _ = await ReadAsync(scripted, Script);
        Assert.Equal(await ReadAsync(made, Shape), await ReadAsync(scripted, Shape));

        var grants = Script.Split('\n').Where(line => line.StartsWith("-- GRANT ", StringComparison.Ordinal)).Select(line => line[3..]);
        _ = await ReadAsync(scripted, "CREATE ROLE imagen LOGIN;" + string.Join("", grants));
        await using var store = new LedgerStore(
            new PostgresDatabase(PostgresAddress.Read(scripted.Replace("Username=tester", "Username=imagen", StringComparison.Ordinal))), TimeProvider.System);
        Assert.NotEqual(0, (await store.OwnerAsync(default)).Id);
    }

    private static async Task<List<string>> ReadAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
#pragma warning disable CA2100 // A script of the repository.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    private static string Root(string folder) =>
        File.Exists(Path.Combine(folder, "Imagen4.psd1")) ? folder : Root(Path.GetDirectoryName(folder)!);
}
