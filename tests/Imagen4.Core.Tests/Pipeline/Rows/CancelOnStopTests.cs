using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>A batch that is stopped and cancels what goes on: each cancel has a limit of its own, and all are counted.</summary>
[Collection(RunsAlone.Name)]
public sealed class CancelOnStopTests : FollowUpTest
{
    private readonly ManualTime _time = new();

    internal override TimeProvider Time => _time;

    [Fact]
    public async Task A_cancel_that_hangs_costs_no_other_its_count()
    {
        var (run, requests) = await SubmitAsync("one", "silent", "two");
        await FaultAsync(new { kind = "hang", operation = "cancel", match = "silent", count = -1 });
        var cancelling = run.Open.CancelAsync(CancellationToken.None);
        await UntilAsync(async () => run.Open.LedgerIds.Count == 1
            && (await RequestsAsync()).Count(seen => seen.StartsWith("PUT ", StringComparison.Ordinal)) == 3);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(2, await cancelling.InTime());
        Assert.Equal("127.0.0.1 did not answer within 5 s.", Assert.Single(run.Open.Troubles).Message);
        Assert.Single(run.Open.LedgerIds);
        Assert.Equal([RequestState.Cancelled, RequestState.Accepted, RequestState.Cancelled], requests.Select(Step));
    }

    [Fact]
    public async Task A_status_that_says_only_COMPLETED_is_told_from_a_cancelled_one_by_its_result()
    {
        var (run, requests) = await SubmitAsync("one", "two", "three");
        await AnswerAsync("status", 200, """{"status":"COMPLETED"}""");

        Assert.Equal(3, await run.Open.CancelAsync(CancellationToken.None).InTime());
        Assert.Equal((0, 3), (run.Open.LedgerIds.Count, run.Open.Cancelled));
        Assert.Empty(run.Open.Troubles);
        Assert.All(requests, request => Assert.Equal(RequestState.Cancelled, Step(request)));
    }

    [Fact]
    public async Task What_goes_wrong_with_one_is_told_and_costs_no_other()
    {
        var ledger = new RecordingLedger { After = _ => throw new InvalidOperationException("boom") };
        var open = new OpenRequests(ledger, continues: true);
        var host = TestHost.Connect(Address, _time);
        foreach (var request in (await SubmitAsync("one", "two")).Requests)
        {
            open.Add(
                TestClient.Protocols.For(HostProtocol.FalQueue).CreateReference(host, TestHost.Model, request.RequestId!),
                new LedgerEntry("fal", TestHost.Model, Key: null, TestHost.Input()) { LedgerId = request.LedgerId! });
        }

        Assert.Equal(2, await open.CancelAsync(CancellationToken.None).InTime());
        Assert.Equal(["boom", "boom"], open.Troubles.Select(error => error.Message));
    }

    private async Task<(RowBatch Run, IReadOnlyList<ImagenRequest> Requests)> SubmitAsync(params string[] names)
    {
        var options = Batch("fal") with { CancelOnStop = true };
        var run = TestClient.Client.StartBatch(options);
        var check = TestClient.Check(options);
        var requests = new List<ImagenRequest>();
        foreach (var name in names)
        {
            var row = check.Check(TestHost.Row(requests.Count + 1, $"[emulator:seconds=3600] {name}"));
            requests.Add((await run.SubmitAsync(row, CancellationToken.None).InTime()).Value!);
        }

        return (run, requests);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!await condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
