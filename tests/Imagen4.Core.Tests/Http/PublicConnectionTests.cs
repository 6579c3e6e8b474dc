using System.Net;
using System.Net.Sockets;
using Imagen4.Core.Http;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Http;

/// <summary>A public host cannot send us into the network that we are in, by whatever name.</summary>
public sealed class PublicConnectionTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.170")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("192.0.2.2")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::8")]
    [InlineData("fec0::1")]
    [InlineData("a00::1")]
    [InlineData("4000::1")]
    [InlineData("1fff::1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:0a00:0001::")]
    public void Is_private(string address) => Assert.True(ServedAddress.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.1")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.1")]
    [InlineData("100.63.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("169.253.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("192.167.0.1")]
    [InlineData("198.17.0.1")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a00::1")]
    [InlineData("3ffe::1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2002:0101:0101::")]
    [InlineData("64:ff9b::1.1.1.1")]
    public void Is_public(string address) => Assert.False(ServedAddress.IsPrivate(IPAddress.Parse(address)));

    [SkippableFact]
    public async Task A_name_that_leads_to_this_machine_is_not_connected_to()
    {
        var name = Dns.GetHostName();
        Skip.IfNot((await AddressesAsync(name)).All(ServedAddress.IsPrivate), "NOT RUN: this machine's name leads to a public address, or nowhere.");
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var address = $"https://{name}:{((IPEndPoint)listener.LocalEndpoint).Port}/a.png";

        using var target = new MemoryStream();
        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => new MediaSource(new SkippingTime(), TestHost.Elsewhere)
            .CopyAsync(new ImageBytes.Remote(address), target, CancellationToken.None).InTime());

        Assert.Contains($"{name} leads to an address that is not public", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(listener.Pending());
    }

    [SkippableFact]
    public async Task A_host_in_a_private_network_serves_its_own_media()
    {
        var name = Dns.GetHostName();
        Skip.IfNot((await AddressesAsync(name)).Length > 0, "NOT RUN: this machine's name leads nowhere.");
        Assert.True(ServedAddress.MayBePrivate(new Uri($"https://{name}/a.png"), new Uri($"https://{name}/queue")));
        Assert.False(ServedAddress.MayBePrivate(new Uri($"https://{name}/a.png"), TestHost.Elsewhere));
    }

    [Fact]
    public async Task A_proxy_may_be_in_a_private_network()
    {
        await using var proxy = RawServer.Answering(RawServer.Answer(200, "{}"));
        Stream? opened = null;
        using var client = ClientOf(proxy.Address, stream => opened = stream);

        var answer = await client.GetStringAsync(new Uri("http://files.example/a.png")).InTime();

        Assert.Equal("{}", answer);
        var connection = Assert.IsType<NetworkStream>(opened);
        Assert.True(connection.Socket.NoDelay);
        await connection.DisposeAsync();
        Assert.False(connection.Socket.Connected);
    }

    [Fact]
    public async Task An_address_that_is_refused_is_not_taken_for_a_proxy()
    {
        await using var server = RawServer.Answering(RawServer.Answer(200, "{}"));
        using var client = ClientOf(proxy: null, _ => { });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Address).InTime());

        Assert.IsType<PrivateAddressException>(error.GetBaseException());
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_connection_that_is_not_accepted_says_why()
    {
        using var client = ClientOf(Unused.Address(), _ => { });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("http://files.example/a.png")).InTime());

        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(error.GetBaseException()).SocketErrorCode);
    }

    private static HttpClient ClientOf(Uri? proxy, Action<Stream> opened) => new(new SocketsHttpHandler
    {
        Proxy = proxy is null ? null : new WebProxy(proxy),
        UseProxy = proxy is not null,
        ConnectCallback = async (context, cancellation) =>
        {
            var stream = await PublicConnection.OpenAsync(context, cancellation);
            opened(stream);
            return stream;
        },
    });

    private static async Task<IPAddress[]> AddressesAsync(string name)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(name);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
