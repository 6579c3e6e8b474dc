using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>A refusal that names a request has taken it: the POST is not sent again, wherever the id stands.</summary>
public sealed class NamedInRefusalTests : SubmitterTest
{
    private static readonly string Echo = new('A', 300_000);
    private static readonly string Many = string.Join(',', Enumerable.Repeat("{\"a\":[1,2]}", 10_000));

    [Theory]
    [InlineData(429)]
    [InlineData(402)]
    [InlineData(422)]
    public async Task Also_behind_or_within_what_is_left_out_of_a_large_answer(int status)
    {
        string[] bodies =
        [
            $$$"""{"echo":"{{{Echo}}}","response":{"request_id":"r-7"}}""",
            $$$"""{"list":[{{{Many}}},{"gateway_request_id":"r-7"}]}""",
            $$$"""{"list":[{{{Many}}}],"upstream":{"status_url":"https://host/requests/r-7/status"}}""",
        ];
        foreach (var body in bodies)
        {
            var before = Ledger.Steps.Count;
            await using var server = await WebServer.StartAsync(context =>
                (context.Request.Method == "POST" ? new Answer(status, body) : new Answer(404)).WriteAsync(context));

            // A submitter of its own: a 402 ends submitting.
            await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(TestHost.Profile(server.Address)));

            Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps.Skip(before));
            Assert.Single(server.Requests, request => request.Method == "POST");
        }
    }

    [Theory]
    [InlineData(429, "x-fal-request-id: \r\nx-fal-request-id: r-7\r\n")]
    [InlineData(422, "x-fal-request-id: \r\nx-fal-request-id: r-7\r\n")]
    [InlineData(429, "x-fal-request-id: r-7\r\nx-fal-request-id: \r\n")]
    public async Task Also_in_a_header_that_is_there_twice(int status, string headers)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(System.Text.Encoding.Latin1.GetBytes($"HTTP/1.1 {status} No\r\n{headers}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"));
        });

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal("r-7", error.RequestId);
        Assert.Equal(1, Ledger.Steps.Count(step => step == RequestState.Intent));
    }

    [Fact]
    public async Task A_key_in_the_place_of_the_id_is_no_id_and_is_not_shown()
    {
        const string key = "canary0123-abcd-4ef0-9999:deadbeefdeadbeefdeadbeef";
        await using var server = await WebServer.AnsweringAsync(new Answer(502) { Headers = [("x-fal-request-id", key)] });
        var host = new Imagen4.Core.Providers.HostConnection(
            TestHost.Profile(server.Address), new Imagen4.Core.Http.ApiKey(key, "the test"), Time, trace: null);

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => Submitter.SubmitAsync(host, Entry(), CancellationToken.None).InTime());

        Assert.Null(error.RequestId);
        Assert.DoesNotContain("deadbeef", error.Message, StringComparison.Ordinal);
        Assert.Null(Ledger.Entries[^1].RequestId);
    }
}
