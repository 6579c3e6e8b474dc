using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>
/// fal's documented form of a request that was cancelled: its status says COMPLETED and no more, its result says 499. The result
/// has the last word.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class CancelledResultTests : FollowUpTest
{
    private const string Long = "[emulator:seconds=3600] a red fox";
    private const string Completed = """{"status":"COMPLETED"}""";

    [Fact]
    public async Task Whoever_cancels_reads_the_result_once_and_the_row_can_be_submitted_again()
    {
        var request = await SubmitAsync("fal", Long);
        await AnswerAsync("status", 200, Completed);

        var (status, error) = await CancelAsync(request);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Cancelled, status!.State);
        Assert.Equal(RequestState.Cancelled, Step(request));
        Assert.Equal(1, (await RequestsAsync()).Count(seen => seen.EndsWith($"/requests/{request.RequestId}", StringComparison.Ordinal)));
        await PaidAgainAsync(request);
    }

    [Fact]
    public async Task A_result_that_came_before_the_cancel_stays()
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("cancel", 202, """{"status":"CANCELLATION_REQUESTED"}""");

        var (status, error) = await CancelAsync(request);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, status!.State);
        Assert.Equal(request.RequestId, (await SubmitAsync("fal")).RequestId);
        Assert.Equal(1, await BillsAsync());
    }

    [Theory]
    [InlineData("[emulator:client_cancelled]", RequestState.Cancelled)]
    [InlineData("[emulator:internal_server_error]", RequestState.Failed)]
    internal async Task A_row_whose_status_said_COMPLETED_ends_by_its_result(string prompt, RequestState step)
    {
        var request = await SubmitAsync("fal", prompt);
        await AnswerAsync("status", 200, Completed);
        var (status, _) = await ReadStatusAsync(request);
        Assert.Equal(ImagenStates.Completed, status!.State);

        var (_, error) = await ReceiveAsync(request, wait: true);

        Assert.NotNull(error);
        Assert.Equal(step, Step(request));
        Assert.NotEqual(request.RequestId, (await SubmitAsync("fal", prompt)).RequestId);
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task A_batch_that_continues_such_a_row_ends_it_and_the_next_one_submits_it_again()
    {
        var options = Batch("fal") with { Wait = true };
        var request = await SubmitAsync("fal", "[emulator:client_cancelled]");
        await AnswerAsync("status", 200, Completed);
        _ = await ReadStatusAsync(request);

        var (result, error) = await RunAsync(options);
        Assert.IsType<RequestCancelledException>(error);
        Assert.Equal((ImagenStates.Cancelled, request.RequestId), (result!.State, result.RequestId));
        Assert.Equal(RequestState.Cancelled, Step(request));

        var (again, _) = await RunAsync(options);
        Assert.NotEqual(request.RequestId, again!.RequestId);
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task Images_in_the_result_outrank_a_status_that_said_Failed()
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("status", 200, """{"status":"COMPLETED","error":"boom"}""", count: 1);
        await AnswerAsync("status", 200, """{"status":"COMPLETED","error":"boom","error_type":"internal_error"}""");

        // The result is looked at before anything is noted; where it cannot be read, the host has said it.
        Assert.Equal(ImagenStates.Completed, (await ReadStatusAsync(request)).Value!.State);
        Assert.Equal(RequestState.StatusCompleted, Step(request));
        await AnswerAsync("result", 404, "", count: 1);
        Assert.Equal(ImagenStates.Failed, (await ReadStatusAsync(request)).Value!.State);
        Assert.Equal(RequestState.Failed, Step(request));

        var (result, error) = await ReceiveAsync(request);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, result!.State);
        Assert.Equal(RequestState.Completed, Step(request));
        Assert.Equal(request.RequestId, (await SubmitAsync("fal")).RequestId);
    }

    private static async Task<RowOutcome<ImagenResult>> RunAsync(BatchOptions options)
    {
        var row = TestClient.Check(options).Check(TestHost.Row(prompt: "[emulator:client_cancelled]"));
        return await TestClient.Client.StartBatch(options).RunAsync(row, CancellationToken.None).InTime();
    }

    private async Task PaidAgainAsync(ImagenRequest request)
    {
        await HealAsync();
        Assert.NotEqual(request.RequestId, (await SubmitAsync("fal", Long)).RequestId);
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task A_failure_that_only_the_status_knows_of_ends_no_request()
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("status", 200, """{"status":"COMPLETED","error":"it failed","error_type":"internal_error"}""");

        var (said, error) = await ReadStatusAsync(request);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, said!.State);
        await HealAsync();
        Assert.Equal(request.RequestId, (await SubmitAsync("fal")).RequestId);
        Assert.Equal(1, await BillsAsync());
    }

    [Theory]
    [InlineData("fal")]
    [InlineData("kkiai")]
    public async Task A_refusal_that_a_status_read_meets_is_remembered(string provider)
    {
        var request = await SubmitAsync(provider, "a forbidden fox");

        var (said, _) = await ReadStatusAsync(request, wait: true);

        Assert.Equal(ImagenStates.Failed, said!.State);
        var options = Batch(provider);
        var row = TestClient.Check(options).Check(TestHost.Row(prompt: "a forbidden fox"));
        var (again, error) = await TestClient.Client.StartBatch(options).SubmitAsync(row, CancellationToken.None).InTime();
        Assert.IsType<ContentPolicyViolationException>(error);
        Assert.Contains("was not sent again", error.Message, StringComparison.Ordinal);
        Assert.Equal(request.RequestId, again!.RequestId);
        Assert.Equal(1, await BillsAsync());
    }
}
