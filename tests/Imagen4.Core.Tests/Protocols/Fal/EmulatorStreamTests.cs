using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

/// <summary>A request of the emulator, followed by its stream; and its settings, as the emulator saw them.</summary>
public sealed class EmulatorStreamTests : EmulatorTest
{
    [Fact]
    public async Task A_request_is_followed_to_its_end_without_asking_for_its_state()
    {
        var request = await SubmitAsync(SubmitSettings.None);
        var seen = new List<HostStatus>();

        var status = await new RequestWaiter(TimeSpan.Zero).UntilEndedAsync(request, new StatusWatch(Logs: true, (said, _) => { seen.Add(said); return Task.CompletedTask; }), CancellationToken.None).InTime();

        Assert.Equal((ImagenStates.Completed, ImagenStates.Completed), (status.State, seen[^1].State));
        Assert.Equal(
            ["POST /fal-ai/imagen4/preview", $"GET /fal-ai/imagen4/requests/{request.RequestId}/status/stream?logs=1"],
            await RequestsAsync());
    }

    [Fact]
    public async Task A_stream_that_the_emulator_cuts_is_replaced_by_asking()
    {
        var request = await SubmitAsync(SubmitSettings.None);
        await FaultAsync(new { operation = "stream", kind = "abort" });

        var result = await new RequestWaiter(TimeSpan.Zero).UntilResultAsync(request, StatusWatch.Nothing, CancellationToken.None).InTime();

        var path = $"GET /fal-ai/imagen4/requests/{request.RequestId}";
        Assert.Single(result.Images);
        Assert.Equal(["POST /fal-ai/imagen4/preview", $"{path}/status/stream", $"{path}/status", path], (await RequestsAsync()).Distinct());
    }

    [Fact]
    public async Task Settings_reach_the_emulator_as_headers_and_query()
    {
        var cells = new Dictionary<string, object?>
        {
            ["Prompt"] = "x", ["Priority"] = "low", ["StartTimeoutSec"] = 30, ["MaxQueueLength"] = 5, ["Tag"] = """{"team":"ops"}""", ["ObjectLifetime"] = "1d",
        };

        await SubmitAsync(RowReader.Read(1, cells).Settings);

        var record = Assert.Single(await RecordsAsync());
        Assert.Equal("/fal-ai/imagen4/preview?fal_max_queue_length=5", record.GetProperty("path").GetString());
        var headers = record.GetProperty("headers").EnumerateObject().ToDictionary(header => header.Name, header => header.Value.GetString(), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(("low", "30", "30"), (headers["x-fal-queue-priority"], headers["x-fal-request-timeout"], headers["x-fal-request-start-timeout"]));
        Assert.Equal(("team=ops", """{"expiration_duration_seconds":86400}"""), (headers["x-fal-tags"], headers["x-fal-object-lifecycle-preference"]));
    }

    private async Task<RequestReference> SubmitAsync(SubmitSettings settings)
    {
        var host = TestHost.Connect(TestHost.Profile(Address) with { Offers = [HostOffer.Stream] });
        var entry = new LedgerEntry("test", TestHost.Model, Key: null, TestHost.Input()) { Settings = settings };
        return (await new Submitter(new NoLedger(), new ThrottleGates(), new SubmissionBreaker(), TestClient.Protocols, new BatchCounts()).SubmitAsync(host, entry, CancellationToken.None).InTime())!.Request;
    }
}
