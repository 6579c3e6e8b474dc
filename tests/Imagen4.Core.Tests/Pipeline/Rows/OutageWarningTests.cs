using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>A host that is gone is waited for, and the user is told so: once for each provider and outage.</summary>
[Collection(RunsAlone.Name)]
public sealed class OutageWarningTests : FollowUpTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // A pause between two reads is shorter than that, what the warning waits for is longer.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly Answer Gone = new(503, """{"detail":"upstream is overloaded"}""");
    private static readonly Answer Running = new(202, """{"status":"IN_PROGRESS"}""");

    private readonly ManualTime _time = new();
    private volatile Answer _answer = Gone;

    internal override TimeProvider Time => _time;

    [Fact]
    public async Task After_15_seconds_one_warning_says_since_when_and_until_when()
    {
        await using var server = await StartAsync("gone");
        var options = Batch("gone") with { Wait = true };
        using var stop = new CancellationTokenSource();
        var waits = Start(options, stop.Token, "r-1", "r-2");
        await _time.WaitsAsync(3);

        _time.Advance(Patience - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Warnings);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        const string said =
            "gone has not answered since 2026-01-01 00:00:00Z (it answered 503). It is asked again until 2026-01-01 01:00:00Z.";
        Assert.Equal([said], Warnings);

        // Another minute of the same outage says nothing new.
        for (var second = 0; second < 60; second++)
        {
            await _time.WaitsAsync(2);
            _time.Advance(TimeSpan.FromSeconds(25));
        }

        Assert.Equal([said], Warnings);
        await EndAsync(stop, waits);
    }

    [Fact]
    public async Task The_next_outage_and_the_next_provider_have_warnings_of_their_own()
    {
        await using var server = await StartAsync("gone");
        await using var other = await StartAsync("other");
        var options = Batch("gone") with { Wait = true, TimeLimit = TimeSpan.Zero };
        using var stop = new CancellationTokenSource();
        var waits = Start(options, stop.Token, "r-1");
        await _time.WaitsAsync(2);
        _time.Advance(Patience);
        Assert.Single(Warnings);

        _answer = Running;
        await AnsweredAsync(server);
        Assert.Single(Warnings);

        _answer = Gone;
        _time.Advance(TimeSpan.FromSeconds(5));
        await _time.WaitsAsync(2);
        _time.Advance(Patience);
        Assert.Equal(2, Warnings.Count);
        Assert.All(Warnings, text => Assert.StartsWith("gone has not answered since ", text, StringComparison.Ordinal));
        Assert.All(
            Warnings, text => Assert.EndsWith("It is asked again until it answers: there is no time limit.", text, StringComparison.Ordinal));
        await EndAsync(stop, waits);

        using var second = new CancellationTokenSource();
        waits = Start(Batch("other") with { Wait = true }, second.Token, "r-1");
        await _time.WaitsAsync(2);
        _time.Advance(Patience);
        Assert.StartsWith("other has not answered since ", Warnings[^1], StringComparison.Ordinal);
        await EndAsync(second, waits);
    }

    [Fact]
    public async Task A_read_without_a_wait_says_so_too_and_promises_no_more_than_a_few_repeats()
    {
        await using var server = await StartAsync("gone");
        using var stop = new CancellationTokenSource();
        var reads = Start(Batch("gone"), stop.Token, "r-1");
        await _time.WaitsAsync(2);

        _time.Advance(Patience);

        Assert.Equal(
            "gone has not answered since 2026-01-01 00:00:00Z (it answered 503). It is asked a few more times, until 2026-01-01 00:05:00Z at the latest.",
            Assert.Single(Warnings));
        await EndAsync(stop, reads);
    }

    [Fact]
    public async Task A_host_that_answers_is_no_outage_however_long_a_request_takes()
    {
        _answer = Running;
        await using var server = await StartAsync("gone");
        using var stop = new CancellationTokenSource();
        var waits = Start(Batch("gone") with { Wait = true }, stop.Token, "r-1");
        for (var poll = 0; poll < 20; poll++)
        {
            await AnsweredAsync(server);
        }

        Assert.Empty(Warnings);
        await EndAsync(stop, waits);
    }

    private static async Task EndAsync(CancellationTokenSource stop, Task work)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.InTime());
    }

    // The pause passes, the host answers, and the wait pauses again.
    private async Task AnsweredAsync(WebServer server)
    {
        await _time.WaitsAsync(1, Pause);
        var before = server.Requests.Count;
        _time.Advance(TimeSpan.FromSeconds(25));
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (server.Requests.Count == before)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await _time.WaitsAsync(1, Pause);
    }

    private async Task<WebServer> StartAsync(string name)
    {
        var server = await WebServer.StartAsync(context => _answer.WriteAsync(context));
        var profile = TestHost.Profile(server.Address, name) with { OpenKey = "open", Scope = ProviderScope.Session };
        TestClient.Providers.Set(profile, makeDefault: false);
        return server;
    }

    private static Task<RowOutcome<ImagenRequestStatus>[]> Start(BatchOptions options, CancellationToken cancellation, params string[] ids)
    {
        var run = TestClient.Client.FollowUp(options);
        return Task.WhenAll(ids.Select(id =>
        {
            var record = new RequestRecord { Index = 1, RequestId = id, Provider = options.Provider, Model = TestHost.Model };
            return run.ReadStatusAsync(run.CreateReference(record), logs: false, changed: null, cancellation);
        }));
    }
}
