using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Submission;

/// <summary>Paid POSTs of which no byte left this machine: tried again within a budget.</summary>
public sealed class NotSentTests : SubmitterTest
{
    private static readonly RequestState[] Attempt = [RequestState.Intent, RequestState.NotSent];

    [Fact]
    public async Task A_refused_connection_is_tried_five_times()
    {
        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => SubmitAsync(Unused.Address()));

        Assert.Contains("nothing was sent", error.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Repeat(Attempt, 5).SelectMany(steps => steps), Ledger.Steps);
        Assert.Equal(4, Time.Waits.Count);
        Assert.Null(Breaker.Reason);
    }

    [Fact]
    public async Task A_name_nobody_knows_is_not_sent()
    {
        using var stop = new CancellationTokenSource();
        StopAfter(RequestState.NotSent, stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SubmitAsync(new Uri("https://imagen4.invalid"), cancellation: stop.Token));

        Assert.Equal(Attempt, Ledger.Steps);
    }

    [Fact]
    public async Task A_failed_handshake_is_not_sent_and_ends_submitting()
    {
        await using var server = new RawServer(connection => connection.WriteAsync("HTTP/1.1 400 This is not TLS\r\n\r\n"));

        var error = await Assert.ThrowsAsync<HostUnavailableException>(
            () => SubmitAsync(new UriBuilder(server.Address) { Scheme = "https" }.Uri));

        Assert.Equal(Attempt, Ledger.Steps);
        Assert.Same(error, Breaker.Reason);
        Assert.Equal(0, server.Posts);
    }

    [Fact]
    public async Task A_certificate_nobody_trusts_is_not_sent_and_ends_submitting()
    {
        await using var server = new TlsServer();

        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => SubmitAsync(server.Address));

        Assert.Equal(Attempt, Ledger.Steps);
        Assert.Same(error, Breaker.Reason);
        Assert.False(server.HeardAnything);
    }

    [Fact]
    public async Task A_connection_that_is_never_taken_is_not_sent()
    {
        using var listener = await FullListener.StartAsync();
        using var stop = new CancellationTokenSource();
        StopAfter(RequestState.NotSent, stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SubmitAsync(listener.Address, cancellation: stop.Token));

        Assert.Equal(Attempt, Ledger.Steps);
    }

    [Fact]
    public async Task A_stop_while_connecting_is_not_sent()
    {
        using var listener = await FullListener.StartAsync();
        using var stop = new CancellationTokenSource();
        StopAfter(RequestState.Intent, stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SubmitAsync(listener.Address, cancellation: stop.Token));

        Assert.Equal(Attempt, Ledger.Steps);
    }

    [Fact]
    public async Task A_host_that_comes_back_gets_the_request_once()
    {
        var address = Unused.Address();
        RawServer? server = null;
        Ledger.After = step => server ??= step == RequestState.NotSent
            ? new RawServer(async connection => { await connection.ReadRequestAsync(); await connection.WriteAsync(RawServer.Answer(200, Accepted)); }, address.Port)
            : null;

        var acceptance = await SubmitAsync(address);

        await using (server)
        {
            Assert.Equal("r-1", acceptance!.Request.RequestId);
            Assert.Equal(1, server!.Posts);
            Assert.Equal([.. Attempt, RequestState.Intent, RequestState.Accepted], Ledger.Steps);
        }
    }

    [Fact]
    public async Task What_the_ledger_cannot_write_is_not_sent()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Accepted));
        Ledger.After = _ => throw new IOException("The disk is full");

        await Assert.ThrowsAsync<IOException>(() => SubmitAsync(server.Address));

        Assert.Empty(server.Requests);
    }

    private void StopAfter(RequestState wanted, CancellationTokenSource stop) => Ledger.After = step =>
    {
        if (step == wanted)
        {
            stop.Cancel();
        }
    };
}
