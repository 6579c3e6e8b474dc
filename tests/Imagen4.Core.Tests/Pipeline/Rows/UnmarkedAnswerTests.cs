using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>An answer that nothing marks as the host's own word about a request ends none: its row would be paid for again.</summary>
[Collection(RunsAlone.Name)]
public sealed class UnmarkedAnswerTests : FollowUpTest
{
    private static readonly Answer Completed = new(200, """{"status":"COMPLETED"}""");

    private const string Overloaded = """{"detail":"upstream is overloaded"}""";

    [Theory]
    [InlineData("chainhub", 503)]
    [InlineData("chainhub", 500)]
    [InlineData("chainhub", 400)]
    [InlineData("chainhub", 200)]
    [InlineData("kkiai", 503)]
    [InlineData("kkiai", 422)]
    [InlineData("kkiai", 499)]
    public async Task To_a_status_read_it_is_could_not_ask_and_nothing_is_noted(string provider, int status)
    {
        var request = await SubmitAsync(provider);
        await AnswerAsync("result", status, Overloaded);

        var (said, error) = await ReadStatusAsync(request);

        Assert.Null(said);
        Assert.IsType<HostUnavailableException>(error);
        Assert.Contains("upstream is overloaded", error.Message, StringComparison.Ordinal);
        Assert.Equal(RequestState.Accepted, Step(request));
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(422)]
    [InlineData(499)]
    [InlineData(503)]
    public async Task To_a_status_read_of_the_queue_it_is_could_not_ask(int status)
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("status", status, Overloaded);

        var (said, error) = await ReadStatusAsync(request);

        Assert.Null(said);
        Assert.IsType<HostUnavailableException>(error);
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData("fal", 400)]
    [InlineData("fal", 422)]
    [InlineData("fal", 499)]
    [InlineData("chainhub", 400)]
    [InlineData("chainhub", 422)]
    [InlineData("chainhub", 499)]
    [InlineData("chainhub", 200)]
    [InlineData("kkiai", 400)]
    [InlineData("kkiai", 422)]
    [InlineData("kkiai", 499)]
    public async Task To_a_result_read_it_is_could_not_ask(string provider, int status)
    {
        var request = await SubmitAsync(provider);
        await AnswerAsync("result", status, Overloaded, count: 1);

        var (result, error) = await ReceiveAsync(request);

        Assert.IsType<HostUnavailableException>(error);
        Assert.NotEqual(ImagenStates.Failed, result!.State);
        Assert.NotEqual(ImagenStates.Cancelled, result.State);
        Assert.Equal(RequestState.Accepted, Step(request));
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData("fal", 400)]
    [InlineData("fal", 422)]
    [InlineData("fal", 499)]
    [InlineData("chainhub", 400)]
    [InlineData("chainhub", 499)]
    [InlineData("kkiai", 422)]
    public async Task A_wait_that_meets_it_once_goes_on_to_the_result(string provider, int status)
    {
        var request = await SubmitAsync(provider);
        await AnswerAsync("result", status, Overloaded, count: 1);

        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, result!.State);
        Assert.Single(result.Images);
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData("fal", 400, RequestState.Failed, typeof(RequestFailedException))]
    [InlineData("fal", 422, RequestState.Failed, typeof(InvalidInputException))]
    [InlineData("chainhub", 422, RequestState.Failed, typeof(InvalidInputException))]
    [InlineData("kkiai", 499, RequestState.Cancelled, typeof(RequestCancelledException))]
    internal async Task The_same_word_in_a_second_read_after_a_pause_ends_a_request(string provider, int status, RequestState step, Type type)
    {
        var request = await SubmitAsync(provider);
        await AnswerAsync("result", status, Overloaded);

        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.IsType(type, error);
        Assert.Equal(step == RequestState.Failed ? ImagenStates.Failed : ImagenStates.Cancelled, result!.State);
        Assert.Equal(step, Step(request));
        var pauses = ((SkippingTime)Time).Waits;
        Assert.Contains(pauses, pause => pause > TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("fal", 400, "{\"detail\":\"\u00ff upstream is overloaded\"}")]
    [InlineData("fal", 422, "{\"detail\":\"\u00c3( upstream is overloaded\"}")]
    [InlineData("fal", 499, "{\"detail\":\"upstream is overloaded\"}\u0000")]
    [InlineData("fal", 200, "{\"status\":\"COMPLETED\",\"error\":\"\u00ff\"}")]
    [InlineData("chainhub", 422, "{\"detail\":\"\u00ff upstream is overloaded\"}")]
    [InlineData("chainhub", 200, "{\"status\":\"FAILED\",\"error\":\"\u00ff\"}")]
    [InlineData("kkiai", 499, "{\"detail\":\"\u00ed\u00a0\u0080 upstream is overloaded\"}")]
    [InlineData("kkiai", 400, "{\"\u00ff\":1,\"detail\":\"upstream is overloaded\"}")]
    public async Task Malformed_text_is_nobodys_word_however_often_it_is_said(string provider, int status, string latin)
    {
        var request = await SubmitAsync(provider);
        var profile = TestClient.Providers.Find(provider);
        var said = new Answer(status) { Bytes = System.Text.Encoding.Latin1.GetBytes(latin) };
        await using var gateway = await WebServer.StartAsync(context =>
            (context.Request.Path.Value!.EndsWith("/status", StringComparison.Ordinal) ? Completed : said).WriteAsync(context));
        TestClient.Providers.Set(profile with { BaseUri = gateway.Address }, makeDefault: false);

        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.IsType<InvalidResponseException>(error);
        Assert.Equal(ImagenStates.Pending, result!.State);
        Assert.Equal(RequestState.Accepted, Step(request));
        TestClient.Providers.Set(profile, makeDefault: false);
        await PaidOnceAsync(request);
    }

    [Fact]
    public async Task Another_word_in_the_second_read_ends_nothing()
    {
        var request = await SubmitAsync("kkiai");
        for (var number = 0; number < 6; number++)
        {
            await AnswerAsync("result", 400 + (number % 2 * 22), $$"""{"detail":"trouble {{number / 2}}"}""", count: 1);
        }

        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.Null(error);
        Assert.Single(result!.Images);
        await PaidOnceAsync(request);
    }

    [Fact]
    public async Task A_word_that_a_look_at_the_running_request_came_between_is_said_once()
    {
        var request = await SubmitAsync("kkiai");
        await AnswerAsync("result", 400, Overloaded, count: 1);
        await AnswerAsync("result", 400, """{"detail":"Request is still in progress"}""", count: 1);
        await AnswerAsync("result", 400, Overloaded, count: 1);

        Assert.Null((await ReceiveAsync(request, wait: true)).Error);
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData("fal", "status")]
    [InlineData("chainhub", "result")]
    public async Task After_a_cancel_it_is_could_not_ask(string provider, string operation)
    {
        var request = await SubmitAsync(provider, "[emulator:seconds=3600]");
        if (provider == "chainhub")
        {
            await AnswerAsync("cancel", 202, """{"status":"CANCELLATION_REQUESTED"}""");
        }

        await AnswerAsync(operation, 400, Overloaded);

        var (said, error) = await CancelAsync(request);

        Assert.Null(said);
        Assert.IsType<HostUnavailableException>(error);
        Assert.Equal(RequestState.Accepted, Step(request));
    }

    [Fact]
    public async Task A_status_of_COMPLETED_is_no_failure_by_the_page_that_stands_for_its_result()
    {
        var request = await SubmitAsync("fal");
        await FaultAsync(new { kind = "html", operation = "result", status = 403, count = 1 });

        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.Null(error);
        Assert.Single(result!.Images);
    }

    [Fact]
    public async Task A_request_that_its_host_does_not_know_for_a_moment_is_waited_for_and_not_written_off()
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("status", 404, """{"status":"NOT_FOUND"}""", count: 2);

        var (_, early) = await ReadStatusAsync(request);
        var step = Step(request);
        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.IsType<RequestNotFoundException>(early);
        Assert.Equal(RequestState.Accepted, step);
        Assert.Null(error);
        Assert.Single(result!.Images);
    }

    [Fact]
    public async Task A_request_that_its_host_no_longer_knows_is_written_off()
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("status", 404, """{"status":"NOT_FOUND"}""");

        var (_, error) = await ReceiveAsync(request, wait: true);

        Assert.IsType<RequestNotFoundException>(error);
        await PaidOnceAsync(request);
    }

    // The next run of the batch is the one that would pay again.
    private async Task PaidOnceAsync(ImagenRequest request)
    {
        await HealAsync();
        var again = await SubmitAsync(request.Provider!);

        Assert.Equal(request.RequestId, again.RequestId);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_result_outranks_a_status_of_an_aggregator_that_says_FAILED()
    {
        var request = await SubmitAsync("chainhub");
        await AnswerAsync("status", 200, """{"status":"FAILED"}""");

        var (said, error) = await ReadStatusAsync(request);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, said!.State);
        var (result, _) = await ReceiveAsync(request, wait: true);
        Assert.Equal(ImagenStates.Completed, result!.State);
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(401, """{"detail":"no"}""")]
    [InlineData(422, Overloaded)]
    [InlineData(200, """{"error":"upstream is overloaded"}""")]
    public async Task Words_of_a_status_without_a_type_end_nothing_while_the_result_cannot_be_read(int status, string body)
    {
        var request = await SubmitAsync("fal");
        await AnswerAsync("status", 200, """{"status":"COMPLETED","error":"upstream is overloaded"}""");
        await AnswerAsync("result", status, body);

        var (said, error) = await ReadStatusAsync(request);

        Assert.Null(said);
        Assert.NotNull(error);
        Assert.Equal(RequestState.Accepted, Step(request));
        await PaidOnceAsync(request);
    }

    [Theory]
    [InlineData("fal")]
    [InlineData("chainhub")]
    public async Task A_completed_result_with_words_and_no_type_is_asked_for_again(string provider)
    {
        var request = await SubmitAsync(provider);
        await AnswerAsync("result", 200, """{"status":"COMPLETED","error":"upstream is overloaded"}""", count: 1);

        var (result, error) = await ReceiveAsync(request, wait: true);

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, result!.State);
        await PaidOnceAsync(request);
    }
}
