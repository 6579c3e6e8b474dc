using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>The protocol against the emulator: submit, status, result, cancel.</summary>
public sealed class EmulatorQueueTests : EmulatorTest
{
    private readonly FalQueueProtocol _protocol = new();

    internal override Imagen4.Emulator.EmulatorOptions Options => new() { Slots = 1, GenerationTime = TimeSpan.FromHours(1) };

    [Fact]
    public async Task A_submit_is_billed_once_with_exactly_the_input()
    {
        var input = new ImageInput { Prompt = "zwei \"Füchse\"\r\n狐", NumImages = 2, Seed = 7, AdditionalInput = TestHost.Additional("""{"style":"öl"}""") };

        var acceptance = await SubmitAsync(input);

        var bill = Assert.Single(await BillsAsync());
        Assert.Equal("""{"prompt":"zwei \"Füchse\"\r\n狐","num_images":2,"seed":7,"style":"öl"}""", bill.GetProperty("input").GetRawText());
        Assert.Equal(acceptance.Request.RequestId, bill.GetProperty("request_id").GetString());
        Assert.Equal(["POST /fal-ai/imagen4/preview"], await RequestsAsync());
    }

    [Fact]
    public async Task The_queue_tells_states_and_positions()
    {
        var running = await SubmitAsync(TestHost.Input());
        var waiting = await SubmitAsync(TestHost.Input());

        Assert.Equal(ImagenStates.InProgress, (await StatusAsync(running)).State);
        Assert.Equal((ImagenStates.InQueue, 0), ((await StatusAsync(waiting)).State, (await StatusAsync(waiting)).QueuePosition));
        Assert.Equal(0, waiting.QueuePosition);
    }

    [Fact]
    public async Task A_result_that_is_asked_for_too_early_is_not_there_yet() =>
        Assert.Null(await _protocol.ReadResultAsync((await SubmitAsync(TestHost.Input())).Request, CancellationToken.None));

    [Fact]
    public async Task A_finished_request_has_every_image()
    {
        var acceptance =
            await SubmitAsync(new ImageInput { Prompt = "[emulator:seconds=0]", NumImages = 3, ["aspect_ratio"] = "16:9", Seed = 5 });

        var result = await ResultAsync(acceptance);

        Assert.Equal([1, 2, 3], result.Images.Select(image => image.Image.Index));
        Assert.All(result.Images, image => Assert.Equal((1408, 768, "image/png"), (image.Image.Width, image.Image.Height, image.Image.ContentType)));
        Assert.Equal(5, result.Seed);
        Assert.Equal(3, result.Images.Select(image => image.Image.Uri).Distinct().Count());
    }

    [Fact]
    public async Task Fields_that_are_null_are_tolerated()
    {
        var result = await ResultAsync(await SubmitAsync(TestHost.Input("[emulator:seconds=0][emulator:null_fields]")));

        Assert.NotNull(Assert.Single(result.Images).Image.Uri);
    }

    [Theory]
    [InlineData("content_policy_violation", typeof(ContentPolicyViolationException))]
    [InlineData("no_media_generated", typeof(RequestFailedException))]
    [InlineData("one_of", typeof(InvalidInputException))]
    [InlineData("string_detail", typeof(InvalidInputException))]
    [InlineData("generation_timeout", typeof(RequestFailedException))]
    [InlineData("downstream_service_error", typeof(RequestFailedException))]
    [InlineData("internal_server_error", typeof(RequestFailedException))]
    [InlineData("runner_disconnected", typeof(RequestFailedException))]
    [InlineData("bad_request", typeof(RequestFailedException))]
    [InlineData("client_cancelled", typeof(RequestCancelledException))]
    [InlineData("result_not_json", typeof(InvalidResponseException))]
    public async Task A_failure_is_completed_with_an_error_that_the_result_carries(string directive, Type type)
    {
        var acceptance = await SubmitAsync(TestHost.Input($"[emulator:seconds=0][emulator:{directive}]"));

        var status = await StatusAsync(acceptance);
        var error = await Record.ExceptionAsync(() => ResultAsync(acceptance));

        var state = directive switch
        {
            "result_not_json" => ImagenStates.Completed,
            "client_cancelled" => ImagenStates.Cancelled,
            _ => ImagenStates.Failed,
        };
        Assert.Equal(state, status.State);
        Assert.IsType(type, error);
        Assert.Equal(acceptance.Request.RequestId, ((ImagenException)error).RequestId);
    }

    [Fact]
    public async Task A_waiting_or_running_request_can_be_cancelled()
    {
        var running = await SubmitAsync(TestHost.Input());
        var waiting = await SubmitAsync(TestHost.Input());

        await _protocol.CancelAsync(waiting.Request, CancellationToken.None);
        await _protocol.CancelAsync(running.Request, CancellationToken.None);

        await Assert.ThrowsAsync<RequestCancelledException>(() => ResultAsync(running));
        await Assert.ThrowsAsync<RequestCancelledException>(() => ResultAsync(waiting));
    }

    [Fact]
    public async Task A_finished_or_unknown_request_cannot()
    {
        var finished = await SubmitAsync(TestHost.Input("[emulator:seconds=0]"));
        var unknown = _protocol.CreateReference(Host, TestHost.Model, "no-such-request");

        await Assert.ThrowsAsync<AlreadyCompletedException>(() => _protocol.CancelAsync(finished.Request, CancellationToken.None));
        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.CancelAsync(unknown, CancellationToken.None));
        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.ReadStatusAsync(unknown, logs: false, CancellationToken.None));
        await Assert.ThrowsAsync<RequestNotFoundException>(() => _protocol.ReadResultAsync(unknown, CancellationToken.None));
    }

    [Theory]
    [InlineData("fal-ai/imagen4/retired")]
    [InlineData("fal-ai/no-such-model")]
    public async Task A_model_that_is_gone_is_ModelNotAvailable_and_costs_nothing(string model)
    {
        var error = await Assert.ThrowsAsync<ModelNotAvailableException>(() => SubmitAsync(TestHost.Input(), model));

        Assert.Contains(model, error.Message, StringComparison.Ordinal);
        Assert.Empty(await BillsAsync());
    }

    [Fact]
    public async Task A_request_is_asked_for_by_its_id_alone_in_another_process()
    {
        var acceptance = await SubmitAsync(TestHost.Input(), "fal-ai/imagen4/preview/fast");

        var status = await _protocol.ReadStatusAsync(
            _protocol.CreateReference(Host, "fal-ai/imagen4/preview/fast", acceptance.Request.RequestId), logs: false, CancellationToken.None);

        Assert.Equal(ImagenStates.InProgress, status.State);
    }

    private async Task<Acceptance> SubmitAsync(ImageInput input, string model = TestHost.Model) =>
        (await new Submitter(new NoLedger(), new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts())
            .SubmitAsync(Host, new LedgerEntry("test", model, null, input), CancellationToken.None).InTime())!;

    private Task<HostStatus> StatusAsync(Acceptance acceptance) =>
        _protocol.ReadStatusAsync(acceptance.Request, logs: false, CancellationToken.None).InTime();

    private async Task<HostResult> ResultAsync(Acceptance acceptance) =>
        (await _protocol.ReadResultAsync(acceptance.Request, CancellationToken.None).InTime())!;
}
