using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

public sealed class HostConnectionTests
{
    [Fact]
    public async Task Every_request_carries_the_key_and_asks_for_JSON()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200));

        await TestHost.Connect(server.Address).GetAsync(server.Address, CancellationToken.None).InTime();

        var headers = Assert.Single(server.Requests).Headers;
        Assert.Equal($"Key {TestHost.Secret}", headers["Authorization"]);
        Assert.Equal("application/json", headers["Accept"]);
        Assert.StartsWith("Imagen4.PowerShell/", headers["User-Agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("Expect", headers.Keys);
        Assert.DoesNotContain("traceparent", headers.Keys);
    }

    [Fact]
    public async Task A_key_is_not_sent_to_another_host_even_when_asked_to()
    {
        await using var own = await WebServer.AnsweringAsync(new Answer(200));
        await using var other = await WebServer.AnsweringAsync(new Answer(200));
        using var content = new PaidContent("{}"u8.ToArray());

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestHost.Connect(own.Address).GetAsync(other.Address, CancellationToken.None).InTime());
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestHost.Connect(own.Address).PutAsync(other.Address, CancellationToken.None).InTime());
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestHost.Connect(own.Address).PostAsync(other.Address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None).InTime());

        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var other = await WebServer.AnsweringAsync(new Answer(200));
        await using var server = await WebServer.AnsweringAsync(new Answer(302) { Headers = [("Location", other.Address.AbsoluteUri)] });

        var response = await TestHost.Connect(server.Address).GetAsync(server.Address, CancellationToken.None).InTime();

        Assert.Equal(302, (int)response.Status);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_cookie_is_not_kept()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200) { Headers = [("Set-Cookie", "a=b; Path=/")] });
        var host = TestHost.Connect(server.Address);

        await host.GetAsync(server.Address, CancellationToken.None).InTime();
        await host.GetAsync(server.Address, CancellationToken.None).InTime();

        Assert.All(server.Requests, request => Assert.DoesNotContain("Cookie", request.Headers.Keys));
    }

    [Fact]
    public async Task The_trace_tells_method_address_and_status_but_neither_query_nor_key()
    {
        var lines = new List<string>();
        await using var server = await WebServer.AnsweringAsync(new Answer(404, "{}"));
        var host = TestHost.Connect(server.Address, trace: lines.Add);

        await host.GetAsync(new Uri(server.Address, "/a/b?fal_webhook=https://me.example/?token=hidden"), CancellationToken.None).InTime();

        var line = Assert.Single(lines);
        Assert.StartsWith($"GET {server.Address}a/b -> 404 in ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", line, StringComparison.Ordinal);
        Assert.DoesNotContain(TestHost.Secret, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_without_an_address_is_not_running()
    {
        var error = Assert.Throws<HostUnavailableException>(
            () => new HostConnection(TestHost.Profile(null), new ApiKey("x", "y"), TimeProvider.System));

        Assert.Contains("'test' is not running", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://queue.example.com")]
    [InlineData("https://user:secret@queue.example.com")]
    [InlineData("ftp://127.0.0.1")]
    public void A_key_is_not_connected_to_an_address_it_must_not_go_to(string address) =>
        Assert.Throws<InvalidInputException>(() => TestHost.Connect(new Uri(address)));
}
