using Imagen4.Core.Input;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The user may choose another ledger between two runs, and while one goes on: each run keeps to its own.</summary>
[Collection(RunsAlone.Name)]
public sealed class RunLedgerTests : BatchTest
{
    [Fact]
    public async Task A_batch_writes_to_the_ledger_it_began_with()
    {
        var options = Batch();
        var run = TestClient.Client.StartBatch(options);
        var first = TestClient.Ledger;
        Set("IMAGEN4_HOME", Home.At("another"));
        var second = TestClient.Ledger;
        Assert.NotSame(first, second);

        var row = await run.CheckAsync(TestHost.Row(1, Prompt(1)), CancellationToken.None);
        var (result, error) = await run.RunAsync(row, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal(RequestState.Delivered, first.OfLedgerId(result!.LedgerId!)!.Step);
        Assert.Empty(second.List(new()));
        Assert.Equal(first.Location, run.LedgerPath);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_follow_up_reads_and_writes_the_ledger_it_began_with()
    {
        var options = Batch() with { Wait = false, Output = null };
        var batch = TestClient.Client.StartBatch(options);
        var row = await batch.CheckAsync(TestHost.Row(1, Prompt(1)), CancellationToken.None);
        var request = (await batch.SubmitAsync(row, CancellationToken.None).InTime()).Value!;
        var run = TestClient.Client.FollowUp(options with { Wait = true });
        var first = TestClient.Ledger;
        Set("IMAGEN4_HOME", Home.At("another"));

        var record = new RequestRecord { Index = 1, RequestId = request.RequestId!, Provider = "test", Model = request.Model };
        var (result, error) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((request.LedgerId, Prompt(1)), (result!.LedgerId, result.Prompt));
        Assert.Equal(RequestState.Completed, first.OfLedgerId(request.LedgerId!)!.Step);
        Assert.Empty(TestClient.Ledger.List(new()));
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_resolution_looks_into_the_ledger_it_began_with()
    {
        var options = Batch();
        var delivered = Assert.Single(await RunAsync(options, Prompt(1))).Value!;
        var run = TestClient.Client.Resolve(options);
        var first = TestClient.Ledger;
        Set("IMAGEN4_HOME", Home.At("another"));

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => run.FindAsync(delivered.LedgerId!, CancellationToken.None));

        Assert.Equal($"Request {delivered.LedgerId} is not in doubt: it is Delivered.", error.Message);
        await first.DisposeAsync();
    }
}
