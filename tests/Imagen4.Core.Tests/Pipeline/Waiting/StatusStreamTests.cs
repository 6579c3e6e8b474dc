using Imagen4.Core.Pipeline.Waiting;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Waiting;

/// <summary>The host's status stream, as far as it goes; and asking, where it does not.</summary>
public sealed class StatusStreamTests : IDisposable
{
    private const string Path = "/fal-ai/imagen4/requests/r-1/status";
    private static readonly Answer Done = new(200, """{"status":"COMPLETED"}""");

    private readonly List<HostStatus> _seen = [];
    private readonly SemaphoreSlim _heard = new(0);
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "?logs=1")]
    public async Task A_stream_that_comes_to_the_end_is_all_that_is_asked_for(bool logs, string query)
    {
        await using var server = await WebServer.AnsweringAsync(Events("""{"status":"IN_QUEUE","queue_position":1}""", """{"status":"IN_PROGRESS"}""", """{"status":"COMPLETED"}"""));

        var status = await WaitAsync(server.Address, logs: logs);

        Assert.Equal(ImagenStates.Completed, status.State);
        Assert.Equal(["InQueue", "InProgress", "Completed"], _seen.Select(seen => seen.State));
        var request = Assert.Single(server.Requests);
        Assert.Equal(($"{Path}/stream{query}", "text/event-stream"), (request.Path, request.Headers["Accept"]));
        Assert.Equal($"Key {TestHost.Secret}", request.Headers["Authorization"]);
    }

    [Fact]
    public async Task A_failure_in_the_stream_is_the_end_too()
    {
        await using var server = await WebServer.AnsweringAsync(Events("""{"status":"COMPLETED","error":"boom","error_type":"internal_error"}"""));

        Assert.Equal((ImagenStates.Failed, "boom"), ((await WaitAsync(server.Address)).State, _seen[^1].Error));
    }

    [Fact]
    public async Task Comments_names_and_events_that_are_none_do_not_matter()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(
            200, ": hello\n\nevent: ping\ndata: not json\n\ndata: []\n\ndata: {\"status\":\"WHO KNOWS\"}\n\nevent: x\nid: 7\ndata: {\"status\":\ndata: \"COMPLETED\"}\n\n", "text/event-stream"));

        await WaitAsync(server.Address);

        Assert.Equal(["Completed"], _seen.Select(seen => seen.State));
        Assert.Single(server.Requests);
    }

    public static TheoryData<int, string, string> NoStreams => new()
    {
        { 404, "{}", "application/json" },
        { 405, "", "text/plain" },
        { 500, "", "text/plain" },
        { 401, "{}", "application/json" },
        { 200, "<html>Welcome</html>", "text/html" },
        { 200, """{"status":"COMPLETED"}""", "application/json" },
        { 200, "", "text/event-stream" },
        { 200, "data: {\"status\":\"IN_PROGRESS\"}\n\n", "text/event-stream" },
    };

    [Theory]
    [MemberData(nameof(NoStreams))]
    public async Task A_stream_that_is_none_or_ends_early_is_replaced_by_asking(int status, string body, string type)
    {
        await using var server = await WebServer.StartAsync(context =>
            (context.Request.Path.Value!.EndsWith("/stream", StringComparison.Ordinal) ? new Answer(status, body, type) : Done).WriteAsync(context));

        Assert.Equal(ImagenStates.Completed, (await WaitAsync(server.Address)).State);

        Assert.Equal([$"{Path}/stream", Path], server.Requests.Select(seen => seen.Path));
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_replaced_by_asking()
    {
        await using var server = Streaming(async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\ndata: {\"status\":\"IN_PROGRESS\"}\n\n");
            connection.Reset();
        });

        Assert.Equal(ImagenStates.Completed, (await WaitAsync(server.Address)).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n")]
    public async Task A_stream_that_falls_silent_is_given_up_and_replaced_by_asking(string begun)
    {
        var time = new ManualTime();
        var silent = new TaskCompletionSource();
        await using var server = Streaming(async connection =>
        {
            await connection.WriteAsync(begun);
            silent.SetResult();
            await connection.UntilClosedAsync();
        });
        var waiting = WaitAsync(server.Address, time);
        await silent.Task.InTime();

        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromSeconds(91));

        Assert.Equal(ImagenStates.Completed, (await waiting).State);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(true, """data: {"status":"IN_PROGRESS"}""")]
    [InlineData(true, """data: {"status":"COMPLETED","request_id":"another"}""")]
    public async Task Beside_a_stream_that_says_nothing_the_host_is_asked(bool isAccepted, string said)
    {
        var time = new ManualTime();
        await using var server = Streaming(async connection =>
        {
            if (isAccepted)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n");
                await connection.WriteAsync($"{said}\n\n");
            }

            await connection.UntilClosedAsync();
        });
        var waiting = WaitAsync(server.Address, time);
        if (said.Contains("IN_PROGRESS", StringComparison.Ordinal))
        {
            await _told.Task.InTime();
        }

        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(ImagenStates.Completed, (await waiting).State);
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData("IN_PROGRESS", "IN_PROGRESS")]
    [InlineData("IN_QUEUE", "IN_QUEUE")]
    public async Task Beside_a_stream_that_only_repeats_itself_the_host_is_asked(string first, string then)
    {
        var time = new ManualTime();
        var more = new SemaphoreSlim(0);
        await using var server = Streaming(async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 50000\r\n\r\n");
            await connection.WriteAsync($"data: {{\"status\":\"{first}\"}}\n\n");
            while (true)
            {
                await more.WaitAsync();
                await connection.WriteAsync($"data: {{\"status\":\"{then}\"}}\n\n");
            }
        });
        var waiting = WaitAsync(server.Address, time);
        await _heard.WaitAsync().InTime();

        for (var second = 0; second < 2; second++)
        {
            await time.WaitsAsync(1);
            time.Advance(TimeSpan.FromSeconds(1));
            more.Release();
            await _heard.WaitAsync().InTime();
        }

        Assert.Equal(1, server.Connections);
        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(999));
        more.Release();
        await _heard.WaitAsync().InTime();
        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(ImagenStates.Completed, (await waiting).State);
        Assert.Equal(2, server.Connections);
    }

    // News every two seconds keep the silence from being long; news after three stop each read that silence begins.
    [Theory]
    [InlineData(2, 15, 1)]
    [InlineData(3, 10, 10)]
    public async Task A_read_that_has_been_due_for_long_is_not_stopped_by_news(int seconds, int rounds, int reads)
    {
        var time = new ManualTime();
        using var host = new QueueHost();
        await using var server = new RawServer(host.ServeAsync);
        var waiting = WaitAsync(server.Address, time);
        await _heard.WaitAsync().InTime();
        for (var round = 1; round <= rounds; round++)
        {
            await time.WaitsAsync(1);
            time.Advance(TimeSpan.FromSeconds(seconds));
            if (round == rounds || seconds > 2)
            {
                await host.Asked.WaitAsync().InTime();
            }

            host.More.Release();
            await _heard.WaitAsync().InTime();
        }

        host.More.Release();
        await _heard.WaitAsync().InTime();
        host.Answer();

        Assert.Equal(ImagenStates.Completed, (await waiting).State);
        Assert.Equal(reads, host.Reads);
    }

    [Fact]
    public async Task What_a_read_says_that_began_before_the_news_is_not_told_after_it()
    {
        var time = new ManualTime();
        using var host = new QueueHost("""{"status":"IN_QUEUE","queue_position":5000}""");
        await using var server = new RawServer(host.ServeAsync);
        var waiting = WaitAsync(server.Address, time);
        await _heard.WaitAsync().InTime();
        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromSeconds(30));
        await host.Asked.WaitAsync().InTime();
        host.More.Release();
        await _heard.WaitAsync().InTime();
        host.Answer();

        await time.WaitsAsync(1);
        time.Advance(TimeSpan.FromSeconds(3));
        await host.Asked.WaitAsync().InTime();
        host.Answer();

        Assert.Equal(ImagenStates.Completed, (await waiting).State);
        Assert.Equal([999, 998, null], _seen.Select(seen => seen.QueuePosition));
    }

    [Fact]
    public async Task The_time_limit_holds_for_a_stream_without_an_end()
    {
        var time = new ManualTime();
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (!request.StartsWith($"GET {Path}/stream", StringComparison.Ordinal))
                {
                    await connection.WriteAsync(RawServer.Answer(200, """{"status":"IN_PROGRESS"}"""));
                    continue;
                }

                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
                while (true)
                {
                    await connection.WriteAsync("data: {\"status\":\"IN_PROGRESS\"}\n\n");
                }
            }
        });
        var waiting = WaitAsync(server.Address, time, limit: TimeSpan.FromSeconds(10));
        await _heard.WaitAsync().InTime();

        time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<WaitTimeoutException>(() => waiting);
    }

    [Fact]
    public async Task A_stop_during_a_stream_is_a_stop()
    {
        using var stop = new CancellationTokenSource();
        await using var server = Streaming(async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n");
            await stop.CancelAsync();
            await connection.UntilClosedAsync();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WaitAsync(server.Address, cancellation: stop.Token));

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task The_time_limit_holds_for_a_stream_too()
    {
        var time = new ManualTime();
        var open = new TaskCompletionSource();
        await using var server = Streaming(async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n");
            open.SetResult();
            await connection.UntilClosedAsync();
        });
        var waiting = WaitAsync(server.Address, time, limit: TimeSpan.FromSeconds(2));
        await open.Task.InTime();

        time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<WaitTimeoutException>(() => waiting);
    }

    [Fact]
    public async Task A_host_that_offers_no_stream_is_not_asked_for_one()
    {
        await using var server = await WebServer.AnsweringAsync(Done);

        await new RequestWaiter(TimeSpan.Zero).UntilEndedAsync(CreateReference(TestHost.Profile(server.Address), new SkippingTime()), StatusWatch.Nothing, CancellationToken.None).InTime();

        Assert.Equal([Path], server.Requests.Select(seen => seen.Path));
    }

    public void Dispose() => _heard.Dispose();

    private static Answer Events(params string[] data) => new(200, string.Concat(data.Select(one => $"data: {one}\n\n")), "text/event-stream");

    /// <summary>A queue that moves on in the stream when the test says so, and whose status is told when the test says so.</summary>
    private sealed class QueueHost(params string[] first) : IDisposable
    {
        private readonly Queue<string> _first = new(first);
        private TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _reads;

        public SemaphoreSlim More { get; } = new(1);

        public SemaphoreSlim Asked { get; } = new(0);

        public int Reads => Volatile.Read(ref _reads);

        public async Task ServeAsync(RawConnection connection)
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.StartsWith($"GET {Path}/stream", StringComparison.Ordinal))
                {
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 50000\r\n\r\n");
                    for (var position = 999; ; position--)
                    {
                        await More.WaitAsync();
                        await connection.WriteAsync($"data: {{\"status\":\"IN_QUEUE\",\"queue_position\":{position}}}\n\n");
                    }
                }

                Interlocked.Increment(ref _reads);
                var answer = Volatile.Read(ref _answer);
                Asked.Release();
                await answer.Task;
                await connection.WriteAsync(RawServer.Answer(200, _first.TryDequeue(out var body) ? body : Done.Body));
            }
        }

        /// <summary>Answers whoever asks.</summary>
        public void Answer() => Interlocked.Exchange(ref _answer, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

        public void Dispose()
        {
            More.Dispose();
            Asked.Dispose();
        }
    }

    // Whoever asks for the stream gets the script; every other request is answered that all is done.
    private static RawServer Streaming(Func<RawConnection, Task> stream) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            if (request.StartsWith($"GET {Path}/stream", StringComparison.Ordinal))
            {
                await stream(connection);
                return;
            }

            await connection.WriteAsync(RawServer.Answer(200, Done.Body));
        }
    });

    private Task<HostStatus> WaitAsync(
        Uri address, TimeProvider? time = null, bool logs = false, TimeSpan limit = default, CancellationToken cancellation = default) =>
        new RequestWaiter(limit).UntilEndedAsync(
            CreateReference(TestHost.Profile(address) with { Offers = [HostOffer.Stream] }, time ?? new ManualTime()),
            new StatusWatch(logs, Seen),
            cancellation).InTime();

    private Task Seen(HostStatus seen, CancellationToken cancellation)
    {
        _seen.Add(seen);
        _ = _told.TrySetResult();
        _ = _heard.Release();
        return Task.CompletedTask;
    }

    private static RequestReference CreateReference(ProviderProfile profile, TimeProvider time) =>
        new FalQueueProtocol().CreateReference(TestHost.Connect(profile, time), TestHost.Model, "r-1");
}
