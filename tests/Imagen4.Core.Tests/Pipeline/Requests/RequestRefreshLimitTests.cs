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

    [Fact]
    public async Task Requests_that_hang_do_not_keep_others_of_the_same_host_from_being_asked_about()
    {
        const int hanging = 88;
        using var unasked = new CountdownEvent(hanging + 12);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await WebServer.StartAsync(context =>
        {
            if (unasked.Signal())
            {
                asked.SetResult();
            }

            return context.Request.Path.Value!.Contains("hangs", StringComparison.Ordinal)
                ? Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
                : new Answer(202, """{"status":"IN_PROGRESS"}""").WriteAsync(context);
        });
        TestClient.Providers.Set(TestClient.Providers.Find("fal") with { BaseUri = host.Address }, makeDefault: false);
        await PutAsync("fal", host.Address, [
            .. Enumerable.Range(100, hanging).Select(number => $"a-hangs-{number}"), .. Enumerable.Range(100, 12).Select(number => $"b-{number}")]);
        var listed = TestClient.Client.Requests.Find(new RequestFilter()).OrderBy(request => request.RequestId, StringComparer.Ordinal);

        var time = new ManualTime();
        var refresh = TestClient.Client.Refresh(Batch("fal") with { Time = time });
        var running = refresh.RunAsync([.. listed], CancellationToken.None);
        for (var begun = 0; begun < hanging; begun += 8)
        {
            await time.WaitsAsync(8, TimeSpan.FromSeconds(1)).InTime();
            time.Advance(TimeSpan.FromSeconds(0.25));
        }

        // All have been asked about, and those that hang are waited for.
        await asked.Task.InTime();
        await time.WaitsAsync(hanging, TimeSpan.FromSeconds(6)).InTime();
        time.Advance(TimeSpan.FromSeconds(5));
        var shown = await running.InTime();

        Assert.All(shown, request => Assert.Equal(
            request.RequestId!.StartsWith('a') ? ImagenStates.InQueue : ImagenStates.InProgress, request.State));
        Assert.Equal(
            "fal could not be asked about 88 of these requests, which are shown in their last known state. 127.0.0.1 did not answer within 5 s.",
            Assert.Single(refresh.Warnings));
    }
}
