using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

public sealed class PaidContentTests
{
    [Fact]
    public async Task It_notes_that_it_was_asked_for_its_bytes()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200));
        using var content = new PaidContent("{}"u8.ToArray());
        Assert.False(content.SendingBegan);

        await TestHost.Connect(server.Address).PostAsync(server.Address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None).InTime();

        Assert.True(content.SendingBegan);
        var headers = Assert.Single(server.Requests).Headers;
        Assert.Equal(("2", "application/json"), (headers["Content-Length"], headers["Content-Type"]));
        Assert.DoesNotContain("Expect", headers.Keys);
        Assert.DoesNotContain("Transfer-Encoding", headers.Keys);
    }

    [Fact]
    public async Task A_connection_that_never_was_does_not_ask()
    {
        var address = Unused.Address();
        using var content = new PaidContent("{}"u8.ToArray());

        await Assert.ThrowsAsync<HttpRequestException>(
            () => TestHost.Connect(address).PostAsync(address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None).InTime());

        Assert.False(content.SendingBegan);
    }

    [Fact]
    public async Task After_a_stop_it_gives_out_no_byte()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200));
        using var stop = new CancellationTokenSource();
        using var content = new PaidContent("{}"u8.ToArray()) { Stopping = stop.Token };
        await stop.CancelAsync();

        // A stop leaves a POST under way a moment: the call itself is not cancelled.
        var error = await Record.ExceptionAsync(
            () => TestHost.Connect(server.Address).PostAsync(server.Address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None).InTime());

        Assert.NotNull(error);
        Assert.False(content.SendingBegan);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_paid_POST_always_has_a_body() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PaidContent(ReadOnlyMemory<byte>.Empty));
}
