using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>An id that a second row is given would save the first row's image under the second one's name.</summary>
public sealed class IssuedIdsTests : SubmitterTest
{
    [Fact]
    public async Task A_row_that_is_given_the_id_of_another_is_in_doubt_without_it()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        Assert.NotNull(await SubmitAsync(server.Address));

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address, "another"));

        Assert.Contains("it answered 200 (application/json) and named request r-1, which belongs to another submission", error.Message, StringComparison.Ordinal);
        Assert.Null(error.RequestId);
        Assert.Null(Ledger.Entries[^1].RequestId);
        Assert.Equal([RequestState.Intent, RequestState.Accepted, RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task So_is_one_that_is_refused_with_an_id_that_the_ledger_knows_of_another_row()
    {
        Ledger.OfOthers.Add("r-1");
        await using var server = await WebServer.AnsweringAsync(new Answer(409, Accepted));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
        Assert.Null(Ledger.Entries[^1].RequestId);
    }

    [Theory]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task A_refusal_that_names_the_request_of_another_row_is_not_settled_with_it(int status)
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200, Accepted), new Answer(status, """{"detail":"duplicate request","request_id":"r-1"}"""));
        Assert.NotNull(await SubmitAsync(server.Address));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address, "another"));

        Assert.Equal(["POST", "POST"], server.Requests.Select(request => request.Method));
        Assert.Equal(RequestState.InDoubt, Ledger.Steps[^1]);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_behind_such_an_id_is_a_doubt_like_any_other()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nx-fal-request-id: r-1\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{"u8.ToArray());
        });

        for (var row = 1; row <= 10; row++)
        {
            var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address, $"row {row}"));
            if (row == 1)
            {
                Assert.DoesNotContain("belongs to another", error.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Matches(@": its answer, which broke off \(.+\), named request r-1, which belongs to another submission\.", error.Message);
            }
        }

        Assert.IsType<HostUnavailableException>(Breaker.ByProvider["test"]);
        Assert.Equal(10, Ledger.Steps.Count(step => step == RequestState.InDoubt));
    }

    [Fact]
    public async Task A_locked_account_ends_submitting_whatever_id_it_names()
    {
        Ledger.OfOthers.Add("r-1");
        await using var server = await WebServer.AnsweringAsync(new Answer(402, """{"detail":"User is locked","request_id":"r-1"}"""));

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.IsType<AccountLockedException>(Breaker.ByProvider["test"]);
    }

    [Fact]
    public async Task The_same_id_of_two_models_is_one_because_requests_are_looked_for_by_their_ids()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Accepted));

        Assert.NotNull(await SubmitAsync(server.Address));
        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => Submitter
            .SubmitAsync(TestHost.Connect(server.Address, Time), Entry() with { Model = "fal-ai/another/fast" }, CancellationToken.None).InTime());
    }

    [Fact]
    public async Task The_same_id_of_two_hosts_is_no_reason()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        await using var other = await WebServer.AnsweringAsync(new Answer(200, Accepted));

        Assert.NotNull(await SubmitAsync(server.Address));
        Assert.NotNull(await SubmitAsync(other.Address));
    }
}
