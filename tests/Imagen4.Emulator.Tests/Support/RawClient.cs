using System.Net.Sockets;
using System.Text;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>One connection without an HTTP client, which would hide how an answer ended.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

    private RawClient()
    {
    }

    public static async Task<RawClient> ConnectAsync(Uri address, int? receiveBuffer = null)
    {
        var client = new RawClient();
        if (receiveBuffer is { } size)
        {
            client._socket.ReceiveBufferSize = size;
        }

        await client._socket.ConnectAsync(address.Host, address.Port);
        return client;
    }

    /// <summary>Sends a request on a connection of its own and reads until that has ended.</summary>
    public static async Task<RawReply> AskAsync(Uri address, string method, string path, string body = "", string key = "Key test-key")
    {
        using var client = await ConnectAsync(address);
        await client.SendAsync(method, path, body, key);
        return await client.ReadToEndAsync();
    }

    public async Task SendAsync(string method, string path, string body = "", string key = "Key test-key")
    {
        var authorization = key.Length > 0 ? $"Authorization: {key}\r\n" : "";
        var head = $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n";
        await SendAsync(head + body);
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task<RawReply> ReadToEndAsync()
    {
        using var received = new MemoryStream();
        var buffer = new byte[65536];
        try
        {
            while (await ReceiveAsync(buffer) is > 0 and var count)
            {
                received.Write(buffer, 0, count);
            }

            return new RawReply(received.ToArray(), RawEnd.Fin);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return new RawReply(received.ToArray(), RawEnd.Rst);
        }
    }

    /// <summary>Reads until as many bytes have come.</summary>
    public async Task<RawReply> ReadAsync(Func<RawReply, bool> enough)
    {
        using var received = new MemoryStream();
        var buffer = new byte[1];
        while (true)
        {
            Assert.NotEqual(0, await ReceiveAsync(buffer));
            received.Write(buffer);
            var reply = new RawReply(received.ToArray(), RawEnd.None);
            if (enough(reply))
            {
                return reply;
            }
        }
    }

    /// <summary>Whether anything has come, or the connection has ended, that was not read yet.</summary>
    public bool HasNews => _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReceiveAsync(byte[] buffer)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _socket.ReceiveAsync(buffer, deadline.Token);
    }
}
