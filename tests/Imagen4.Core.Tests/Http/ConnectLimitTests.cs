using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

public sealed class ConnectLimitTests
{
    [Fact]
    public async Task A_connection_that_is_never_taken_is_told_from_an_answer_that_never_comes()
    {
        using var listener = await FullListener.StartAsync();
        using var handler = HttpStack.CreateHandler();
        handler.ConnectTimeout = TimeSpan.FromMilliseconds(50);
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, listener.Address);

        var error = await Assert.ThrowsAsync<TimeoutException>(
            () => new HostChannel(client, new ManualTime()).SendAsync(request, TimeSpan.FromMinutes(2), CancellationToken.None).InTime());

        Assert.Equal("127.0.0.1 did not accept a connection within 15 s", error.Message);
    }
}
