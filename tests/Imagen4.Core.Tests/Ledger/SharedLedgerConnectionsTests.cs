using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;
using Npgsql;

namespace Imagen4.Core.Tests.Ledger;

[Collection(RunsAlone.Name)]
public sealed class SharedLedgerConnectionsTests(PostgresServer server) : EnvironmentTest, IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("", 6)]
    [InlineData(";Maximum Pool Size=9", 9)]
    public async Task A_process_takes_few_connections_however_many_rows_others_work_on(string settings, int most)
    {
        if (PostgresServer.Missing is not null)
        {
            return;
        }

        var address = await server.CreateDatabaseAsync();
        Set(LedgerCatalog.Variable, address + settings);
        await using var database = TestClient.Ledgers.Current.Open();
        await database.HoldAsync(1, default);

        // Each row that another process works on is looked after by itself.
        var alive = await Task.WhenAll(Enumerable.Range(1, 200).Select(owner => database.IsAliveAsync(owner, default)));

        Assert.Equal([1], Enumerable.Range(1, 200).Where(owner => alive[owner - 1]));
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'Imagen4' AND datname = current_database()", connection);
        Assert.InRange((long)(await command.ExecuteScalarAsync())!, 2, most);
    }
}
