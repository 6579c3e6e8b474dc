using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>No answer makes the process keep more of it than hosts have to say.</summary>
public sealed class BoundTests
{
    [Theory]
    [InlineData("data: {filler}")]
    [InlineData(": {filler}")]
    [InlineData("data: x\n{lines}")]
    [InlineData("data: x\r\n{crlf}")]
    public async Task An_event_without_an_end_ends_the_stream(string start)
    {
        var text = start
            .Replace("{filler}", new string('a', 64), StringComparison.Ordinal)
            .Replace("{lines}", "data: x\n", StringComparison.Ordinal)
            .Replace("{crlf}", "data: x\r\n", StringComparison.Ordinal);
        var more = start.Contains("{lines}", StringComparison.Ordinal) ? "data: x\n" : start.Contains("{crlf}", StringComparison.Ordinal) ? "data: x\r\n" : "a";
        var endless = new EndlessStream(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(more));

        await using var bounded = new EventBounds(endless, () => { });
        var buffer = new byte[4096];
        var error = await Assert.ThrowsAsync<AnswerTooLargeException>(async () =>
        {
            while (await bounded.ReadAsync(buffer) > 0)
            {
                Assert.InRange(endless.Sent, 0, EventBounds.Largest + (64 * 1024));
            }
        });

        Assert.Equal("The answer is larger than 1048576 bytes.", error.Message);
    }

    [Fact]
    public async Task Any_number_of_events_passes()
    {
        var one = Encoding.UTF8.GetBytes($"data: {new string('a', 60_000)}\r\n\r\n");
        await using var bounded = new EventBounds(new MemoryStream([.. Enumerable.Repeat(one, 100).SelectMany(bytes => bytes)]), () => { });

        using var all = new MemoryStream();
        await bounded.CopyToAsync(all);

        Assert.Equal(100 * one.Length, all.Length);
    }

    [Fact]
    public async Task A_status_has_a_megabyte_and_a_result_has_more()
    {
        using var permit = new LargeResultPermit(TimeProvider.System);
        var large = new Answer(200, $$"""{"status":"IN_QUEUE","filler":"{{new string('.', 2 * 1024 * 1024)}}"}""");
        await using var server = await WebServer.AnsweringAsync(large, large);
        var host = TestHost.Connect(server.Address);

        var error = await Assert.ThrowsAsync<InvalidResponseException>(() => host.GetAsync(server.Address, CancellationToken.None).InTime());
        Assert.Equal("The host's answer was not read. The answer is larger than 1048576 bytes.", error.Message);
        var result = await host.GetResultAsync(server.Address, permit, CancellationToken.None).InTime();
        Assert.InRange(result.Body.Length, 8 * 1024, 9 * 1024);
        Assert.Equal((2 * 1024 * 1024) - (8 * 1024), result.Texts!.Length);
        result.Texts.Dispose();
    }

    [Fact]
    public async Task Of_a_result_little_is_held_and_more_is_InvalidResponse()
    {
        using var permit = new LargeResultPermit(TimeProvider.System);
        var large = new Answer(200, $$"""{"images":[],"filler":[{{string.Join(',', Enumerable.Repeat("1", 3 * 1024 * 1024))}}]}""");
        await using var server = await WebServer.AnsweringAsync(large, large);

        var error = await Assert.ThrowsAsync<InvalidResponseException>(
            () => TestHost.Connect(server.Address).GetResultAsync(server.Address, permit, CancellationToken.None).InTime());

        Assert.Equal("The host's answer was not read. The answer is larger than 4194304 bytes.", error.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Of_what_is_no_JSON_less_is_kept()
    {
        using var permit = new LargeResultPermit(TimeProvider.System);
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200, $$"""{"images":[],"filler":[{{string.Join(',', Enumerable.Repeat("1", 3 * 512 * 1024))}}"""));

        var error = await Assert.ThrowsAsync<InvalidResponseException>(
            () => TestHost.Connect(server.Address).GetResultAsync(server.Address, permit, CancellationToken.None).InTime());

        Assert.Equal("The host's answer was not read. The answer is larger than 2097152 bytes.", error.Message);
    }

    [Fact]
    public async Task An_answer_that_is_said_once_waits_for_others_and_is_not_lost_for_that()
    {
        var time = new ManualTime();
        using var one = new LargeResultPermit(time);
        using var other = new LargeResultPermit(time);
        await one.AcquireAsync(CancellationToken.None);
        await other.AcquireAsync(CancellationToken.None);
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200, $$"""{"images":[],"filler":"{{new string('a', 1000)}}","curve":[{{string.Join(',', Enumerable.Repeat("1", 200_000))}}]}"""));
        using var content = new PaidContent("{}"u8.ToArray());

        using var stop = new CancellationTokenSource();
        using var permit = new LargeResultPermit(time) { IsOnlyAnswer = true };
        var answering = TestHost.Connect(server.Address, time)
            .PostAsync(server.Address, content, [], TimeSpan.FromMinutes(1), stop.Token, permit);
        await time.WaitsAsync(1);
        Assert.False(answering.IsCompleted);

        await stop.CancelAsync();

        Assert.True((await answering.InTime()).IsSuccess);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_said_once_and_has_begun_has_a_moment_to_end_when_somebody_stops(bool isToEnd)
    {
        var time = new ManualTime();
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async connection =>
        {
            _ = await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{");
            await rest.Task;
            await connection.WriteAsync("}");
            await connection.UntilClosedAsync();
        });
        using var content = new PaidContent("{}"u8.ToArray());
        using var stop = new CancellationTokenSource();
        using var permit = new LargeResultPermit(time) { IsOnlyAnswer = true };
        var answering = TestHost.Connect(server.Address, time)
            .PostAsync(server.Address, content, [], TimeSpan.FromMinutes(1), stop.Token, permit);
        await BatchTest.UntilAsync(() => content.IsAnswered);

        await stop.CancelAsync();
        await time.WaitsAsync(1);
        if (isToEnd)
        {
            rest.SetResult();
            Assert.True((await answering.InTime()).IsSuccess);
        }
        else
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answering.InTime());
            rest.SetResult();
        }
    }

    [Fact]
    public async Task Of_an_error_the_beginning_is_read()
    {
        using var permit = new LargeResultPermit(TimeProvider.System);
        await using var server = await WebServer.AnsweringAsync(
            new Answer(422, "boom " + new string('A', 8 * 1024 * 1024), "text/plain"));

        var response = await TestHost.Connect(server.Address).GetResultAsync(server.Address, permit, CancellationToken.None).InTime();

        Assert.Equal((422, HostChannel.LargestAnswer), ((int)response.Status, response.Body.Length));
        Assert.True(response.Body.Span.StartsWith("boom "u8));
    }

    [Fact]
    public async Task Of_an_error_with_very_many_details_the_first_are_read()
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(422, $$"""{"detail":[{"msg":"first"}{{string.Concat(Enumerable.Repeat(",{}", 200_000))}}]}"""));
        using var content = new PaidContent("{}"u8.ToArray());

        var response = await TestHost.Connect(server.Address)
            .PostAsync(server.Address, content, [], TimeSpan.FromMinutes(1), CancellationToken.None).InTime();

        Assert.InRange(response.Json.Length, 1, JsonExcerpt.LargestWhole);
        Assert.True(response.IsMarked);
        Assert.StartsWith("first; {}", FalErrorDetail.Read(response).Text, StringComparison.Ordinal);
        Assert.InRange(response.WholeBody.Length, 600_000, HostChannel.LargestAnswer);
    }

    [Theory]
    [InlineData("""{"status":"IN_PROGRESS","metrics":[0{0}]}""", ",0")]
    [InlineData("""{"status":"IN_PROGRESS","logs":[{}{0}]}""", ",{}")]
    [InlineData("""{"status":"IN_PROGRESS","error":[[]{0}]}""", ",[]")]
    public async Task Of_a_large_status_what_is_parsed_is_small(string form, string more)
    {
        var body = form.Replace("{0}", string.Concat(Enumerable.Repeat(more, 1_000_000 / more.Length)), StringComparison.Ordinal);
        await using var server = await WebServer.AnsweringAsync(new Answer(200, body));

        var response = await TestHost.Connect(server.Address).GetAsync(server.Address, CancellationToken.None).InTime();

        Assert.InRange(response.Json.Length, 1, JsonExcerpt.LargestWhole);
        Assert.Equal("IN_PROGRESS", response.JsonObject()!.Value.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_list_of_millions_of_values_is_not_parsed()
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200, $$"""{"models":[0{{string.Concat(Enumerable.Repeat(",0", 500_000))}}]}"""));

        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestHost.Connect(server.Address)
            .GetAsync(server.Address, CancellationToken.None, HostChannel.LargestList).InTime());

        Assert.Contains("The answer has more than 500000 values and brackets", error.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_answer_to_a_paid_POST_is_searched_whole()
    {
        var body = $$$"""{"input":"{{{new string('A', 400_000)}}}","payload":{"request_id":"r-7"}}""";
        await using var server = await WebServer.AnsweringAsync(new Answer(200, body));
        using var content = new PaidContent("{}"u8.ToArray());

        var response = await TestHost.Connect(server.Address)
            .PostAsync(server.Address, content, [], TimeSpan.FromMinutes(1), CancellationToken.None).InTime();

        Assert.Equal("r-7", FalMarks.Read(response, isResult: false).RequestId);
    }

    [Fact]
    public async Task A_large_list_of_many_things_is_parsed_whole()
    {
        var body = $$"""{"models":[{}{{string.Concat(Enumerable.Repeat(",{}", 100_000))}}]}""";
        await using var server = await WebServer.AnsweringAsync(new Answer(200, body));

        var response = await TestHost.Connect(server.Address)
            .GetAsync(server.Address, CancellationToken.None, HostChannel.LargestList).InTime();

        Assert.Equal(body.Length, response.Json.Length);
    }

    /// <summary>A stream that begins with some bytes and repeats others for ever.</summary>
    private sealed class EndlessStream(byte[] start, byte[] more) : Stream
    {
        public long Sent { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Sent; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var at = 0; at < count; at++, Sent++)
            {
                buffer[offset + at] = Sent < start.Length ? start[Sent] : more[(Sent - start.Length) % more.Length];
            }

            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
