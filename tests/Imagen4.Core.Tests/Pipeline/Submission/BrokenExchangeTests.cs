using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>Paid POSTs that break off after sending began: in doubt, and never sent again.</summary>
public sealed class BrokenExchangeTests : SubmitterTest
{
    private static readonly string LongPrompt = new('x', 8_000_000);

    [Fact]
    public Task A_close_after_the_head_is_in_doubt() => InDoubtAsync(async connection => await connection.ReadHeadAsync(), LongPrompt);

    [Fact]
    public Task A_reset_in_the_body_is_in_doubt() =>
        InDoubtAsync(async connection => { await connection.ReadHeadAsync(); connection.Reset(); }, LongPrompt);

    [Fact]
    public Task A_close_after_the_body_is_in_doubt() => InDoubtAsync(async connection => await connection.ReadRequestAsync());

    [Fact]
    public Task A_reset_after_the_body_is_in_doubt() =>
        InDoubtAsync(async connection => { await connection.ReadRequestAsync(); connection.Reset(); });

    [Fact]
    public Task An_answer_cut_in_its_head_is_in_doubt() => InDoubtAsync(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-");
    });

    [Fact]
    public Task An_answer_cut_in_its_body_is_in_doubt() => InDoubtAsync(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"request_id\":\"r-1\"");
    });

    [Fact]
    public async Task The_id_that_has_come_before_an_answer_breaks_off_is_asked_for()
    {
        await using var server = new RawServer(async connection =>
        {
            var head = await connection.ReadRequestAsync();
            await connection.WriteAsync(head!.StartsWith("POST", StringComparison.Ordinal)
                ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n16\r\n{\"request_id\":\"r-1\"}  \r\n"
                : "HTTP/1.1 200 OK\r\nContent-Length: 24\r\nConnection: close\r\n\r\n{\"status\":\"IN_PROGRESS\"}");
        });

        var acceptance = await SubmitAsync(server.Address);

        Assert.Equal("r-1", acceptance!.Request.RequestId);
        Assert.Equal([RequestState.Intent, RequestState.InDoubt, RequestState.Accepted], Ledger.Steps);
    }

    [Fact]
    public Task An_answer_with_a_broken_chunk_is_in_doubt() => InDoubtAsync(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"reXX");
    });

    [Fact]
    public Task What_is_not_HTTP_is_in_doubt() => InDoubtAsync(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync("SSH-2.0-OpenSSH_9.6\r\n");
    });

    [Fact]
    public async Task A_reset_at_the_first_byte_is_in_doubt()
    {
        await using var server = new RawServer(async connection => { await connection.ReadByteAsync(); connection.Reset(); });

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal(1, server.Connections);
        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }

    [Fact]
    public async Task After_a_reset_at_once_nothing_follows_what_may_have_been_sent()
    {
        // Whether the system reports it to the connect or to the first write is up to chance.
        await using var server = new RawServer(connection => { connection.Reset(); return Task.CompletedTask; });

        var error = await Record.ExceptionAsync(() => SubmitAsync(server.Address));

        Assert.Equal(error is SubmissionInDoubtException ? RequestState.InDoubt : RequestState.NotSent, Ledger.Steps[^1]);
        Assert.All(Ledger.Steps.SkipLast(1), step => Assert.True(step is RequestState.Intent or RequestState.NotSent));
        Assert.Equal(Ledger.Steps.Count(step => step == RequestState.Intent), server.Connections);
    }

    [Fact]
    public async Task A_stop_after_sending_is_in_doubt()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await stop.CancelAsync();
            await connection.UntilClosedAsync();
        });

        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address, cancellation: stop.Token));

        Assert.Equal(1, server.Posts);
        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }

    [Fact]
    public async Task A_host_that_never_answers_is_in_doubt_when_the_limit_has_passed()
    {
        var time = new ManualTime();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            time.Advance(TimeSpan.FromSeconds(121));
            await connection.UntilClosedAsync();
        });

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address, time: time));

        Assert.Contains("did not answer within 120 s", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Posts);
    }

    [Fact]
    public async Task A_kept_connection_that_the_host_drops_costs_one_POST_a_call_and_no_hidden_one()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(RawServer.Answer(200, Accepted));
            await connection.ReadRequestAsync();
        });

        await SubmitAsync(server.Address);
        await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address));

        Assert.Equal((1, 2), (server.Connections, server.Posts));
        Assert.Equal([RequestState.Intent, RequestState.Accepted, RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }

    private async Task InDoubtAsync(Func<RawConnection, Task> serve, string prompt = "a red fox")
    {
        await using var server = new RawServer(serve);

        var error = await Assert.ThrowsAsync<SubmissionInDoubtException>(() => SubmitAsync(server.Address, prompt: prompt));

        Assert.Contains("It may be running and is not sent again", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (server.Connections, server.Posts));
        Assert.Equal([RequestState.Intent, RequestState.InDoubt], Ledger.Steps);
    }
}
