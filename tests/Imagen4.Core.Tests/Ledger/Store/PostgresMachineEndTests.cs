using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger.Store;

/// <summary>
/// Machines that die with rows in a shared ledger: another finishes them. Each machine is a process with its own environment, so that
/// nothing here is shared with other tests.
/// </summary>
public abstract class PostgresMachineEndTests(PostgresServer server) : EmulatorTest, IDisposable
{
    private const int Rows = 6;

    private readonly TempFolder _temp = new();

    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The steps at which a machine dies.</summary>
    protected static TheoryData<string> EndsAt(string when) =>
    [
        .. new[] { "Claimed", "Intent", "NotSent", "Throttled", "Accepted", "Completed", "Delivered", "InDoubt", "Adopted" }.Select(step => $"{when} {step}"),
    ];

    protected async Task IsFinishedByAnotherAsync(string end)
    {
        Skip.If(PostgresServer.Missing is not null, PostgresServer.Missing);
        var ledger = await server.CreateDatabaseAsync();
        await FaultAsync(new { operation = "submit", kind = "status", status = 429, match = $"{end}, row 3 " });
        await FaultAsync(new { operation = "submit", kind = "close", after_accept = true, match = $"{end}, row 5 " });
        await using var late = new LateHost(Address, end.EndsWith("NotSent", StringComparison.Ordinal));
        if (end.EndsWith("Adopted", StringComparison.Ordinal))
        {
            Assert.False(await EndsAsync(ledger, "zeroth", late.Address, end, "after Accepted"), "The first machine was not killed.");
        }

        Assert.False(await EndsAsync(ledger, "first", late.Address, end, end), "The machine was not killed there.");
        late.Appear();
        var said = new List<string>();
        for (var run = 1; run == 1 || (run == 2 && said.Exists(line => line.Contains(ImagenStates.InDoubt, StringComparison.Ordinal))); run++)
        {
            // What is in doubt at the end of the first is settled by the host's history in the next.
            said.Clear();
            Assert.True(await EndsAsync(ledger, "second", late.Address, end, "-", said), "The other machine has not come to its end.");
        }

        Assert.Equal(
            [.. Enumerable.Range(1, Rows).Select(row => $"row {row} {ImagenStates.Delivered}")],
            said.Where(line => line.StartsWith("row ", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ')[..3])));
        var bills = await BillsAsync();
        Assert.Equal(Rows, bills.Count);
        Assert.Equal(Rows, bills.Select(bill => bill.GetProperty("input").GetProperty("prompt").GetString()!).Distinct().Count());
    }

    // Whether the program has come to its end.
    private async Task<bool> EndsAsync(string ledger, string home, Uri address, string name, string end, List<string>? said = null)
    {
        using var process = TortureProcess.StartWith(
            LedgerCatalog.Variable, ledger, "batch", _temp.At(home), $"{address}", _temp.At("out"), name, $"{Rows}", end, "fal");
        for (string? line; (line = await process.ReadAsync()) is not null;)
        {
            if (line == "done")
            {
                return true;
            }

            said?.Add(line);
        }

        return false;
    }
}

/// <summary>Before a step is written: nothing tells of it.</summary>
public sealed class PostgresMachineEndBeforeStepTests(PostgresServer server) : PostgresMachineEndTests(server), IClassFixture<PostgresServer>
{
    public static TheoryData<string> Ends => EndsAt("before");

    [SkippableTheory]
    [MemberData(nameof(Ends))]
    public Task Rows_of_a_machine_that_dies_at_a_step_are_finished_by_another(string end) => IsFinishedByAnotherAsync(end);
}

/// <summary>After a step is written: the rest is still to come.</summary>
public sealed class PostgresMachineEndAfterStepTests(PostgresServer server) : PostgresMachineEndTests(server), IClassFixture<PostgresServer>
{
    public static TheoryData<string> Ends => EndsAt("after");

    [SkippableTheory]
    [MemberData(nameof(Ends))]
    public Task Rows_of_a_machine_that_dies_at_a_step_are_finished_by_another(string end) => IsFinishedByAnotherAsync(end);
}
