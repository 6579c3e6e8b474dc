using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>A ledger that cannot be written stops submitting before anything is paid for; what is accepted is waited for and saved.</summary>
[Collection(RunsAlone.Name)]
public sealed class UnwritableLedgerTests : BatchTest
{
    [Fact]
    public async Task What_cannot_be_written_down_is_not_sent()
    {
        _ = Assert.Single(await RunAsync(Batch(), Prompt(1)));
        Execute("CREATE TRIGGER full BEFORE INSERT ON request BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

        var rows = await RunAsync(Batch(), Prompt(1), Prompt(2), Prompt(3));

        Assert.Equal((ImagenStates.Delivered, null), (rows[0].Value!.State, rows[0].Error));
        Assert.All(rows.Skip(1), row => Assert.Null(row.Value));

        // The rows run side by side, and what is wrong for both is said by one.
        var error = Assert.IsType<LedgerUnavailableException>(rows.Skip(1).Select(row => row.Error).First(error => error is not null));
        Assert.Contains("cannot be written, and nothing more is submitted", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task An_intent_that_cannot_be_written_down_is_not_begun_and_its_row_is_others()
    {
        _ = Assert.Single(await RunAsync(Batch(), Prompt(1)));
        Execute("CREATE TRIGGER full BEFORE UPDATE ON progress BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

        var row = (await RunAsync(Batch(), Prompt(1), Prompt(2)))[1];

        Assert.IsType<LedgerUnavailableException>(row.Error);
        Assert.Equal(1, await BillsAsync());
        Execute("DROP TRIGGER full");
        Assert.All(await RunAsync(Batch(), Prompt(1), Prompt(2)), again => Assert.Equal(ImagenStates.Delivered, again.Value!.State));
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task What_is_accepted_is_waited_for_and_saved_though_nothing_more_can_be_written()
    {
        await SettingsAsync(new { generation_time = 0.5 });
        var options = Batch();
        var run = TestClient.Client.StartBatch(options);
        var running = run.RunAsync(TestClient.Check(options).Check(TestHost.Row(1, Prompt(1))), CancellationToken.None).InTime();
        await UntilAsync(async () => await BillsAsync() == 1);
        await UntilAsync(() => TestClient.Ledger.List(new()).Any(listed => listed.Known.Step is RequestState.Accepted or RequestState.Started));
        Execute("CREATE TRIGGER full BEFORE UPDATE ON progress BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

        var row = await running;

        Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error));
        Assert.True(File.Exists(row.Value.Path));
        Assert.Empty(Warnings);
        Assert.IsType<LedgerUnavailableException>(run.Breaker.ReasonForAll);
        Assert.Matches("^The results of 1 of these requests could not be written to the ledger: .*the disk is full.*: keep those\\.", Assert.Single(run.Counts.LedgerWarnings));
        Execute("DROP TRIGGER full");
        var again = Assert.Single(await RunAsync(Batch(), Prompt(1)));
        Assert.Equal((ImagenStates.Delivered, row.Value.RequestId), (again.Value!.State, again.Value.RequestId));
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task The_row_that_the_error_is_of_is_counted_among_those_that_were_not_sent()
    {
        _ = Assert.Single(await RunAsync(Batch(), Prompt(1)));
        Execute("CREATE TRIGGER full BEFORE INSERT ON request BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        var options = Batch();
        var run = TestClient.Client.StartBatch(options);

        foreach (var number in new[] { 2, 3 })
        {
            var row = TestClient.Check(options).Check(TestHost.Row(number, Prompt(number)));
            Assert.Null((await run.RunAsync(row, CancellationToken.None).InTime()).Value);
        }

        Assert.Equal(2, Assert.Single(run.Counts.NotSent).Value);
        Assert.Empty(run.Counts.LedgerWarnings);
    }

    [Fact]
    public async Task What_was_never_sent_is_not_among_what_the_ledger_could_not_be_told()
    {
        _ = Assert.Single(await RunAsync(Batch(), Prompt(1)));
        Execute("CREATE TRIGGER full BEFORE UPDATE ON progress WHEN NEW.state = 2 BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
        var row = TestHost.Row(1, Prompt(2));
        var run = TestClient.Client.StartBatch(Batch());

        var (_, error) = await run
            .RunAsync(new CheckedRow(row, TestHost.Connect(Unused.Address(), new SkippingTime()), TestHost.Model, row.Input), CancellationToken.None)
            .InTime();

        Assert.Null(error);
        Assert.Equal(1, Assert.Single(run.Counts.NotSent).Value);
        Assert.Contains("the disk is full", run.Breaker.ReasonForAll!.Message, StringComparison.Ordinal);
        Assert.Empty(run.Counts.LedgerWarnings);
        Assert.Equal(1, await BillsAsync());
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteDatabase(Home.Path).OpenToRead()!;
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        _ = command.ExecuteNonQuery();
    }
}
