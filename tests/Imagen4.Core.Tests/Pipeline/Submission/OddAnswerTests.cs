using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>Answers that are HTTP and still odd, from a raw socket: what they mean for a paid POST, and that it was sent once.</summary>
public sealed class OddAnswerTests : SubmitterTest
{
    private const uint NoError = 0x0;
    private const uint RefusedStream = 0x7;

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nx-fal-request-id: early\r\nLink: </a>\r\n\r\n")]
    [InlineData("HTTP/1.1 199 Whatever\r\n\r\n")]
    public async Task What_comes_before_the_answer_is_not_it(string before)
    {
        await using var server = RawServer.Answering(before + RawServer.Answer(200, Accepted));

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal("r-1", acceptance!.Request.RequestId);
        SentOnce(server, RequestState.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/99\r\nContent-Length: 5\r\n\r\n{\"req")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\n(\u00b5/\u00fd")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\n(\u00b5/\u00fd")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"request_id\":\"r-1\"}\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"req\r\nzz\r\n")]
    [InlineData("HTTP/1.1 429 Busy\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"det\r\n")]
    [InlineData("HTTP/1.1 422 No\r\nContent-Length: 500\r\n\r\n{\"detail\":")]
    [InlineData("HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n")]
    public async Task An_answer_that_names_no_request_in_a_whole_body_is_in_doubt(string answer)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Encoding.Latin1.GetBytes(answer));
        });

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.InDoubt);
    }

    [Theory]
    [InlineData("HTTP/1.1 206 Partial Content\r\nContent-Length: 20\r\n\r\n{\"request_id\":\"r-1\"}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n{\"request_id\":\"r-1\"}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n{\"error\":\"upset\",\"request_id\":\"r-1\"}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n\u00ef\u00bb\u00bf{\"request_id\":\"r-1\"}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n{\"req\r\nf\r\nuest_id\":\"r-1\"}\r\n0\r\nx-trailer: 1\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n{\"request_id\":\"r-1\"}")]
    public async Task A_whole_body_that_names_a_request_is_accepted(string answer)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Encoding.Latin1.GetBytes(answer));
        });

        Assert.Equal("r-1", (await SubmitAsync(server.Address))!.Request.RequestId);

        SentOnce(server, RequestState.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 429 Busy\r\nx-fal-request-id: r-9\r\nContent-Length: 500\r\n\r\n{")]
    [InlineData("HTTP/1.1 204 No Content\r\nx-fal-request-id: r-9\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nx-fal-request-id: r-9\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nnot")]
    public async Task A_header_that_names_a_request_is_kept_whatever_becomes_of_the_body(string answer)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(answer);
        });

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal("r-9", error.RequestId);
        SentOnce(server, RequestState.InDoubt);
    }

    [Fact]
    public async Task An_answer_before_the_body_was_read_is_the_answer()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync(RawServer.Answer(413, """{"detail":"Too large"}""", "Connection: close\r\n"));
            await connection.UntilClosedAsync();
        });

        var error = await Record.ExceptionAsync(() => SubmitAsync(server.Address, prompt: new string('x', 8_000_000)));

        Assert.Equal(error is InvalidInputException ? RequestState.Rejected : RequestState.InDoubt, Ledger.Steps[^1]);
        Assert.Equal(1, server.Posts);
    }

    [Fact]
    public async Task An_answer_without_end_is_in_doubt()
    {
        var block = new byte[4 * 1024 * 1024];
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n{\"request_id\":\"");
            while (true)
            {
                await connection.WriteAsync(block);
            }
        });

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        SentOnce(server, RequestState.InDoubt);
    }

    [Fact]
    public async Task Nothing_is_sent_after_a_stop_however_long_the_connection_took()
    {
        using var content = new PaidContent("{}"u8.ToArray()) { Stopping = new CancellationToken(canceled: true) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => content.CopyToAsync(Stream.Null));

        Assert.False(content.SendingBegan);
    }

    [Fact]
    public async Task A_stop_while_the_connection_is_made_sends_nothing()
    {
        await using var server = RawServer.Answering(RawServer.Answer(200, Accepted));
        using var content = new PaidContent("{}"u8.ToArray()) { Stopping = new CancellationToken(canceled: true) };

        var error = await Record.ExceptionAsync(() => TestHost.Connect(server.Address)
            .PostAsync(server.Address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None).InTime());

        Assert.Equal(SubmitOutcome.NotSent, SubmitVerdict.Of(new PaidPost(content.SendingBegan, null, IsAccepted: false, error)));
        Assert.Equal(0, server.Posts);
    }

    [Fact]
    public async Task A_stream_that_is_refused_after_its_answer_began_may_have_been_processed()
    {
        await using var server = new Http2Server(async request =>
        {
            await request.BeginAnswerAsync();
            return await request.ResetStreamAsync(RefusedStream);
        });

        Assert.Equal(SubmitOutcome.InDoubt, await OverHttp2Async(server));

        Assert.Equal(1, server.Requests);
    }

    [Theory]
    [InlineData(NoError)]
    [InlineData(RefusedStream)]
    public async Task A_stream_below_the_last_one_of_a_GOAWAY_is_not_sent_again_whatever_its_code(uint code)
    {
        await using var server = new Http2Server(async request =>
        {
            await request.GoAwayAsync(request.Stream, code);
            return await request.Drop(reset: false);
        });

        Assert.Equal(SubmitOutcome.InDoubt, await OverHttp2Async(server));

        Assert.Equal(1, server.Requests);
    }

    private static async Task<SubmitOutcome> OverHttp2Async(Http2Server server)
    {
        var handler = HttpStack.CreateHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => server.Certificate.Equals(shown);
        using var client = new HttpClient(handler);
        HttpStack.Configure(client);
        using var content = new PaidContent("""{"prompt":"a red fox"}"""u8.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = content, Version = client.DefaultRequestVersion };
        var error = await Record.ExceptionAsync(
            () => new HostChannel(client, new ManualTime()).SendAsync(request, TimeSpan.FromMinutes(2), CancellationToken.None).InTime());
        return SubmitVerdict.Of(new PaidPost(content.SendingBegan, Response: null, IsAccepted: false, error));
    }

    private void SentOnce(RawServer server, RequestState end)
    {
        Assert.Equal(1, server.Posts);
        Assert.Equal([RequestState.Intent, end], Ledger.Steps);
    }
}
