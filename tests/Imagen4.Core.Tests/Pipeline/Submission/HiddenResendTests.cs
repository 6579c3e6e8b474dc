using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>
/// HttpClient repeats some requests by itself when a kept connection is dropped. A paid POST is not one of them: each test makes
/// fifty calls on connections that were used before.
/// </summary>
public sealed class HiddenResendTests
{
    private const int Calls = 50;
    private const uint NoError = 0x0;
    private const uint InternalError = 0x2;
    private const uint RefusedStream = 0x7;
    private const string Accepted = """{"request_id":"r-1"}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dropped_HTTP_1_connection_costs_one_POST_a_call(bool reset)
    {
        await using var server = DroppingSecond(reset);

        var verdicts = await CallAsync(() => PostAsync(server.Address), warmUp: true);

        Assert.Equal((Calls, 2 * Calls), (server.Connections, server.Posts));
        Assert.All(verdicts, verdict => Assert.Equal(SubmitOutcome.InDoubt, verdict));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_body_the_same_POST_is_sent_twice(bool reset)
    {
        await using var server = DroppingSecond(reset);

        await PostNothingAsync(server.Address);
        for (var call = 0; call < Calls; call++)
        {
            // The repeat is the first request of a new connection, which is answered.
            await PostNothingAsync(server.Address);
        }

        Assert.Equal(1 + (2 * Calls), server.Posts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dropped_HTTP_2_connection_costs_one_POST_a_call(bool reset)
    {
        await using var server = new Http2Server(request => request.Number == 1 ? request.AnswerAsync(Accepted) : request.Drop(reset));
        using var client = Trusting(server);

        var verdicts = await CallAsync(() => PostAsync(client, server.Address), warmUp: true);

        Assert.Equal((Calls, 2 * Calls), (server.Connections, server.Requests));
        Assert.All(verdicts, verdict => Assert.Equal(SubmitOutcome.InDoubt, verdict));
    }

    [Fact]
    public async Task A_stream_that_is_reset_may_have_been_processed_and_is_not_sent_again()
    {
        await using var server = new Http2Server(request => request.ResetStreamAsync(InternalError));
        using var client = Trusting(server);

        var verdicts = await CallAsync(() => PostAsync(client, server.Address), warmUp: false);

        Assert.Equal(Calls, server.Requests);
        Assert.All(verdicts, verdict => Assert.Equal(SubmitOutcome.InDoubt, verdict));
    }

    [Theory]
    [InlineData(NoError)]
    [InlineData(InternalError)]
    public async Task A_stream_below_the_last_one_of_a_GOAWAY_may_have_been_processed_and_is_not_sent_again(uint code)
    {
        await using var server = new Http2Server(async request =>
        {
            await request.GoAwayAsync(request.Stream, code);
            return await request.Drop(reset: false);
        });
        using var client = Trusting(server);

        var verdicts = await CallAsync(() => PostAsync(client, server.Address), warmUp: false);

        Assert.Equal(Calls, server.Requests);
        Assert.All(verdicts, verdict => Assert.Equal(SubmitOutcome.InDoubt, verdict));
    }

    // HttpClient believes the host and begins again. The host may be wrong, so the body is not given to it a second time.
    [Fact]
    public async Task A_refused_stream_is_sent_whole_once()
    {
        var received = 0;
        await using var server = new Http2Server(request =>
        {
            received++;
            return request.ResetStreamAsync(RefusedStream);
        });
        using var client = Trusting(server);

        var verdicts = await CallAsync(() => PostAsync(client, server.Address), warmUp: false);

        Assert.Equal(Calls, received);
        Assert.All(verdicts, verdict => Assert.Equal(SubmitOutcome.InDoubt, verdict));
    }

    [Fact]
    public async Task A_stream_above_the_last_one_of_a_GOAWAY_is_sent_whole_once()
    {
        var received = 0;
        await using var server = new Http2Server(request =>
        {
            received++;
            return request.GoAwayAsync(lastStream: 0);
        });

        var verdicts = new List<SubmitOutcome>();
        for (var call = 0; call < Calls; call++)
        {
            // A client of its own: each call begins with a connection that goes away.
            using var client = Trusting(server);
            verdicts.Add(await PostAsync(client, server.Address));
        }

        Assert.Equal(Calls, received);
        Assert.All(verdicts, verdict => Assert.Equal(SubmitOutcome.InDoubt, verdict));
    }

    [Fact]
    public void A_paid_POST_goes_out_over_HTTP_1_where_nothing_with_a_body_is_repeated()
    {
        using var content = new PaidContent("{}"u8.ToArray());
        using var request = HttpStack.PaidRequest(new Uri("https://host.example"), content);

        Assert.Equal(
            (HttpMethod.Post, HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact),
            (request.Method, request.Version, request.VersionPolicy));
        Assert.Same(content, request.Content);
    }

    // The second request of every connection is read whole, and then nothing more comes.
    private static RawServer DroppingSecond(bool reset) => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync(RawServer.Answer(200, Accepted));
        await connection.ReadRequestAsync();
        if (reset)
        {
            connection.Reset();
        }
    });

    private static async Task<IReadOnlyList<SubmitOutcome>> CallAsync(Func<Task<SubmitOutcome>> post, bool warmUp)
    {
        var verdicts = new List<SubmitOutcome>();
        for (var call = 0; call < Calls; call++)
        {
            if (warmUp)
            {
                Assert.Equal(SubmitOutcome.Accepted, await post());
            }

            verdicts.Add(await post());
        }

        return verdicts;
    }

    private static Task<SubmitOutcome> PostAsync(Uri address) => VerdictAsync(content =>
        TestHost.Connect(address, new ManualTime()).PostAsync(address, content, [], TimeSpan.FromMinutes(2), CancellationToken.None));

    private static Task<SubmitOutcome> PostAsync(HttpClient client, Uri address) => VerdictAsync(async content =>
    {
        using var request = HttpStack.Request(HttpMethod.Post, address);
        request.Content = content;
        return await new HostChannel(client, new ManualTime()).SendAsync(request, TimeSpan.FromMinutes(2), CancellationToken.None);
    });

    private static async Task<SubmitOutcome> VerdictAsync(Func<PaidContent, Task<HostResponse>> post)
    {
        using var content = new PaidContent("""{"prompt":"a red fox"}"""u8.ToArray());
        try
        {
            var response = await post(content).InTime();
            return SubmitVerdict.Of(new PaidPost(content.SendingBegan, response, IsAccepted: response.IsSuccess, Error: null));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return SubmitVerdict.Of(new PaidPost(content.SendingBegan, Response: null, IsAccepted: false, error));
        }
    }

    private static async Task PostNothingAsync(Uri address)
    {
        using var response = await HttpStack.Host.PostAsync(address, content: null).InTime();
        Assert.True(response.IsSuccessStatusCode);
    }

    // The module's own client, but for the certificate.
    private static HttpClient Trusting(Http2Server server)
    {
        var handler = HttpStack.CreateHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => server.Certificate.Equals(shown);
        var client = new HttpClient(handler);
        HttpStack.Configure(client);
        return client;
    }
}
