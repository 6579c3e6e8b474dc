using Imagen4.Core.Http;
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
    [InlineData(504, "{\"detail\":\"Generation timeout\"}")]
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

        Assert.Equal([TimeSpan.FromSeconds(37)], _time.Waits);
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

    private Task<HostResponse> ReadAsync(Uri address) =>
        TestHost.Connect(address, _time).GetResultAsync(address, CancellationToken.None).InTime();
}
