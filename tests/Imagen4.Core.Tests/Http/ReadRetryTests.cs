using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

public sealed class ReadRetryTests
{
    private readonly SkippingTime _time = new();

    [Theory]
    [InlineData(503, "")]
    [InlineData(502, "<html>Bad Gateway</html>")]
    [InlineData(500, "{}")]
    [InlineData(504, "null")]
    [InlineData(408, "{\"detail\":\"late\"}")]
    [InlineData(429, "{\"detail\":\"slow down\"}")]
    public async Task A_passing_fault_is_asked_again(int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new(status, body), new(status, body), new(200, "{\"a\":1}"));

        var response = await ReadAsync(server.Address);

        Assert.Equal(200, (int)response.Status);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(500, "{\"detail\":[{\"msg\":\"Internal server error\",\"type\":\"internal_server_error\"}]}")]
    [InlineData(504, "{\"detail\":\"Generation timeout\",\"error_type\":\"generation_timeout\"}")]
    [InlineData(404, "")]
    [InlineData(401, "")]
    [InlineData(302, "")]
    public async Task An_answer_that_would_stay_the_same_is_taken_at_once(int status, string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body));

        var response = await ReadAsync(server.Address);

        Assert.Equal(status, (int)response.Status);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_last_answer_is_given_back_when_the_attempts_are_spent()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(503, "gone"));

        var response = await ReadAsync(server.Address);

        Assert.Equal(503, (int)response.Status);
        Assert.Equal(8, server.Requests.Count);
        Assert.Equal(7, _time.Waits.Count);
    }

    [Fact]
    public async Task The_host_says_how_long_to_wait()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(503) { Headers = [("Retry-After", "37")] }, new Answer(200));

        await ReadAsync(server.Address);

        Assert.InRange(Assert.Single(_time.Waits), TimeSpan.FromSeconds(37), TimeSpan.FromSeconds(37 * 1.1));
    }

    [Fact]
    public async Task A_date_means_the_hosts_clock_whatever_this_machines_says()
    {
        var now = new DateTimeOffset(2030, 5, 6, 7, 8, 9, TimeSpan.Zero);
        (string, string)[] headers = [("Date", $"{now:R}"), ("Retry-After", $"{now.AddSeconds(25):R}")];
        await using var server = await WebServer.AnsweringAsync(new(503) { Headers = headers }, new(503) { Headers = headers }, new(200));

        _time.Jump(TimeSpan.FromDays(1));
        await ReadAsync(server.Address);

        Assert.Equal(2, _time.Waits.Count);
        Assert.All(_time.Waits, wait => Assert.InRange(wait, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(25 * 1.1)));
    }

    [Fact]
    public async Task A_host_that_asks_for_no_wait_gets_one()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(503) { Headers = [("Retry-After", "0")] });

        await ReadAsync(server.Address);

        Assert.Equal(7, _time.Waits.Count(wait => wait > TimeSpan.Zero));
    }

    [Theory]
    [InlineData(429, typeof(RateLimitedException))]
    [InlineData(503, typeof(HostUnavailableException))]
    public async Task A_host_that_asks_for_longer_than_anybody_waits_is_not_asked_again_and_the_error_says_for_how_long(int status, Type type)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status) { Headers = [("Retry-After", "3600")] });
        var trace = new List<string>();
        var protocol = new FalQueueProtocol();

        var error = await Record.ExceptionAsync(() => protocol
            .ReadStatusAsync(protocol.CreateReference(TestHost.Connect(server.Address, _time, trace.Add), TestHost.Model, "r-1"), logs: false, default).InTime());

        Assert.IsType(type, error);
        Assert.Contains("it asks clients to wait 3600 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("it asks clients to wait 3600 s", Assert.Single(trace), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_certificate_nobody_trusts_stays_as_it_is()
    {
        await using var server = new TlsServer();

        await Assert.ThrowsAsync<HostUnavailableException>(() => ReadAsync(server.Address));

        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_read_ends_in_time_however_slowly_its_attempts_fail()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            asked.TrySetResult();
            await connection.UntilClosedAsync();
        });
        var reading = TestHost.Connect(server.Address, time).GetAsync(server.Address, CancellationToken.None);
        await asked.Task.InTime();

        time.Advance(TimeSpan.FromMinutes(5));

        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => reading.InTime());
        Assert.Contains("no answer after 300 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_broken_exchange_says_what_broke_it()
    {
        await using var server = new RawServer(connection => connection.ReadRequestAsync());

        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => ReadAsync(server.Address));

        Assert.Contains("ended prematurely", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_grow_and_stay_below_their_cap()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(503));

        await ReadAsync(server.Address);

        Assert.All(_time.Waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(20)));
        Assert.True(_time.Waits[^1] > _time.Waits[0]);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_read_again()
    {
        var first = true;
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(first ? "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\"" : RawServer.Answer(200, "{}"));
            first = false;
        });

        var response = await ReadAsync(server.Address);

        Assert.Equal("{}"u8.ToArray(), response.Body.ToArray());
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_unavailable_in_the_end()
    {
        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => ReadAsync(Unused.Address()));

        Assert.Contains("cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.Equal(7, _time.Waits.Count);
    }

    [Fact]
    public async Task A_stop_ends_the_wait()
    {
        var time = new ManualTime();
        await using var server = await WebServer.AnsweringAsync(new Answer(503));
        using var stop = new CancellationTokenSource();
        var reading = TestHost.Connect(server.Address, time).GetAsync(server.Address, stop.Token);
        await time.WaitsAsync(1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.InTime());
        Assert.Single(server.Requests);
    }

    private async Task<HostResponse> ReadAsync(Uri address)
    {
        using var permit = new LargeResultPermit(_time);
        return await TestHost.Connect(address, _time).GetResultAsync(address, permit, CancellationToken.None).InTime();
    }
}
