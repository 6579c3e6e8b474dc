using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Requests;

/// <summary>A host that does not answer holds nobody up for longer than a few seconds: its requests are listed as they were known.</summary>
[Collection(RunsAlone.Name)]
public sealed class RequestRefreshLimitTests : FollowUpTest
{
    [Fact]
    public async Task A_silent_host_is_asked_for_five_seconds_and_its_requests_are_listed()
    {
        _ = await SubmitAsync("fal", "one");
        _ = await SubmitAsync("fal", "two");
        await using var silent = await WebServer.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted));
        TestClient.Providers.Set(TestClient.Providers.Find("fal") with { BaseUri = silent.Address }, makeDefault: false);

        var refresh = TestClient.Client.Refresh(Batch("fal"));
        var shown = await refresh.RunAsync([.. TestClient.Client.Requests.Find(new RequestFilter())], CancellationToken.None).InTime();

        Assert.Equal(["one", "two"], shown.Select(request => request.Prompt));
        Assert.All(shown, request => Assert.Equal(ImagenStates.InQueue, request.State));
        Assert.Equal(
            "fal could not be asked about 2 of these requests, which are shown in their last known state. 127.0.0.1 did not answer within 5 s.",
            Assert.Single(refresh.Warnings));
    }
}
