using System.Net;
using System.Security.Authentication;
using Imagen4.Core.Http;
using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>The evidence one by one, without the client that gives it; and proxies.</summary>
public sealed class SubmitVerdictTests
{
    [Fact]
    public void Without_an_answer_only_the_content_tells_whether_anything_was_sent()
    {
        var error = new HttpRequestException("whatever it says");

        Assert.Equal(SubmitOutcome.NotSent, Verdict(askedFor: false, error));
        Assert.Equal(SubmitOutcome.InDoubt, Verdict(askedFor: true, error));
        Assert.Equal(SubmitOutcome.NotSent, Verdict(askedFor: false, new OperationCanceledException()));
        Assert.Equal(SubmitOutcome.InDoubt, Verdict(askedFor: true, new OperationCanceledException()));
        Assert.Equal(SubmitOutcome.InDoubt, Verdict(askedFor: true, new TimeoutException()));
        Assert.Equal(SubmitOutcome.InDoubt, Verdict(askedFor: true, new IOException()));
    }

    // Only a 500 of the host itself, for which nothing is billed, has run and failed.
    [Theory]
    [InlineData(429, false, false, nameof(SubmitOutcome.Throttled))]
    [InlineData(499, true, false, nameof(SubmitOutcome.InDoubt))]
    [InlineData(498, true, false, nameof(SubmitOutcome.Rejected))]
    [InlineData(500, true, false, nameof(SubmitOutcome.Failed))]
    [InlineData(500, true, true, nameof(SubmitOutcome.InDoubt))]
    [InlineData(500, false, false, nameof(SubmitOutcome.InDoubt))]
    [InlineData(502, true, false, nameof(SubmitOutcome.InDoubt))]
    public void A_status_has_its_class(int status, bool isOwnWord, bool isBilled, string outcome)
    {
        var response = new HostResponse((HttpStatusCode)status, new HttpResponseMessage().Headers, "application/json", "{}"u8.ToArray());
        var post = new PaidPost(SendingBegan: true, response, IsAccepted: false, Error: null)
        {
            Marks = new SubmitMarks { IsOwnWord = isOwnWord, IsBilled = isBilled },
        };

        Assert.Equal(outcome, SubmitVerdict.Of(post).ToString());
    }

    [Theory]
    [InlineData(HttpStatusCode.ProxyAuthenticationRequired, true)]
    [InlineData(HttpStatusCode.BadGateway, false)]
    public async Task A_proxy_that_wants_a_password_ends_submitting_and_one_that_stumbles_does_not(HttpStatusCode status, bool expected)
    {
        await using var proxy = RawServer.Answering(RawServer.Answer((int)status, ""));
        using var client = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy(proxy.Address) });
        using var content = new PaidContent("{}"u8.ToArray());

        var error = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.PostAsync(new Uri("https://queue.example.com/x"), content).InTime());

        Assert.Equal(SubmitOutcome.NotSent, Verdict(content.SendingBegan, error));
        Assert.Equal(expected, SubmissionBreaker.IsForAll(new HostUnavailableException("x", error)));
    }

    [Fact]
    public void A_certificate_nobody_trusts_ends_submitting_and_a_handshake_that_broke_off_does_not()
    {
        Assert.True(SubmissionBreaker.IsForAll(Handshake(new AuthenticationException("untrusted root"))));
        Assert.False(SubmissionBreaker.IsForAll(Handshake(new IOException("Connection reset by peer"))));
    }

    private static HostUnavailableException Handshake(Exception cause) =>
        new("x", new HttpRequestException(HttpRequestError.SecureConnectionError, "The SSL connection could not be established.", cause));

    private static SubmitOutcome Verdict(bool askedFor, Exception error) =>
        SubmitVerdict.Of(new PaidPost(askedFor, null, IsAccepted: false, error));
}
