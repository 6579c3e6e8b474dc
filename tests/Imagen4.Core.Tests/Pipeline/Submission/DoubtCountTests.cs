using Imagen4.Core.Pipeline.Submission;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>An outage of one provider must not put a whole batch in doubt.</summary>
public sealed class DoubtCountTests : SubmitterTest
{
    private static readonly Answer Gateway = new(502, "<html>Bad Gateway</html>", "text/html");

    [Fact]
    public async Task Ten_in_a_row_end_submitting()
    {
        await using var server = await WebServer.AnsweringAsync(Gateway);

        await DoubtAsync(server, 9);
        Assert.Null(Breaker.Reason);
        await DoubtAsync(server, 1);

        Assert.IsType<HostUnavailableException>(Breaker.Reason);
        Assert.Null(await SubmitAsync(server.Address));
        Assert.Equal(10, server.Requests.Count);
    }

    [Fact]
    public async Task One_that_is_accepted_begins_the_row_anew()
    {
        await using var server = await WebServer.AnsweringAsync([.. Enumerable.Repeat(Gateway, 9), new Answer(200, Accepted), Gateway]);
        await DoubtAsync(server, 9);
        Assert.NotNull(await SubmitAsync(server.Address));

        await DoubtAsync(server, 9);

        Assert.Null(Breaker.Reason);
    }

    [Fact]
    public async Task Another_provider_that_works_does_not_hide_it()
    {
        await using var broken = await WebServer.AnsweringAsync(Gateway);
        await using var works = await WebServer.AnsweringAsync(new Answer(200, Accepted));

        for (var row = 0; row < 10; row++)
        {
            await DoubtAsync(broken, 1);
            if (row < 9)
            {
                Assert.NotNull(await SubmitAsync(TestHost.Profile(works.Address, "other")));
            }
        }

        Assert.Equal(["test"], Breaker.ByProvider.Keys);
        Assert.Null(await SubmitAsync(broken.Address));
        var other = TestHost.Connect(TestHost.Profile(works.Address, "other"), Time);
        Assert.NotNull(await Submitter.SubmitAsync(other, Entry(), CancellationToken.None).InTime());
    }

    [Fact]
    public async Task A_throttled_attempt_in_between_does_not_hide_it()
    {
        await using var server = await WebServer.AnsweringAsync([.. Enumerable.Range(0, 10).SelectMany(_ => (Answer[])[new Answer(429), Gateway])]);

        await DoubtAsync(server, 10);

        Assert.NotNull(Breaker.Reason);
    }

    private async Task DoubtAsync(WebServer server, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));
        }
    }
}
