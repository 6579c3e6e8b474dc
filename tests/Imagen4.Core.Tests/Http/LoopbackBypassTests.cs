using System.Net;
using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

public sealed class LoopbackBypassTests
{
    private static readonly WebProxy Machine = new("http://proxy.example:3128") { Credentials = new NetworkCredential("user", "password") };

    [Theory]
    [InlineData("http://127.0.0.1:5000/")]
    [InlineData("http://localhost/")]
    [InlineData("http://[::1]:80/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("http://127.8.9.1/")]
    public void This_machine_is_reached_without_the_proxy(string address)
    {
        var proxy = new LoopbackBypass(Machine);

        Assert.True(proxy.IsBypassed(new Uri(address)));
        Assert.Null(proxy.GetProxy(new Uri(address)));
    }

    [Theory]
    [InlineData("https://queue.fal.run/")]
    [InlineData("http://127.0.0.1.evil.example/")]
    [InlineData("http://10.0.0.1/")]
    public void Everything_else_goes_through_the_machines_proxy(string address)
    {
        var proxy = new LoopbackBypass(Machine);

        Assert.False(proxy.IsBypassed(new Uri(address)));
        Assert.Equal(new Uri("http://proxy.example:3128"), proxy.GetProxy(new Uri(address)));
        Assert.Same(Machine.Credentials, proxy.Credentials);
    }

    [Fact]
    public async Task With_a_dead_proxy_in_the_environment_this_machine_still_answers()
    {
        Assert.Equal(new Uri(Isolation.DeadProxy), HttpClient.DefaultProxy.GetProxy(new Uri("http://elsewhere.example/")));
        await using var server = await WebServer.AnsweringAsync(new Answer(200));

        var response = await TestHost.Connect(server.Address).GetAsync(server.Address, CancellationToken.None).InTime();

        Assert.True(response.IsSuccess);
    }
}
