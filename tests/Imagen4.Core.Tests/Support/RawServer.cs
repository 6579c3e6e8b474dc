using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Imagen4.Core.Tests.Support;

/// <summary>A server on a real socket that misbehaves exactly as its script says. It counts the POSTs that reach it.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<RawConnection> _connections = [];
    private readonly Task _accepting;
    private int _posts;

    /// <param name="serve">What is done with every connection.</param>
    /// <param name="port">The port; 0 for any that is free.</param>
    public RawServer(Func<RawConnection, Task> serve, int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync(serve);
    }

    public Uri Address { get; }

    /// <summary>How many requests with the method POST were begun.</summary>
    public int Posts => Volatile.Read(ref _posts);

    public int Connections => _connections.Count;

    /// <summary>A server that answers every request with the same bytes.</summary>
    public static RawServer Answering(string answer) => new(Serving(answer));

    /// <summary>What such a server does with a connection.</summary>
    public static Func<RawConnection, Task> Serving(string answer) => async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.WriteAsync(answer);
        }
    };

    public static string Answer(int status, string body, string headers = "", string type = "application/json") =>
        $"HTTP/1.1 {status} Status\r\nContent-Type: {type}\r\nContent-Length: {System.Text.Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    public void CountPost() => Interlocked.Increment(ref _posts);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var connection in _connections)
        {
            connection.Close();
        }

        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<RawConnection, Task> serve)
    {
        try
        {
            while (true)
            {
                var connection = new RawConnection(this, await _listener.AcceptTcpClientAsync(_stop.Token));
                _connections.Add(connection);
                _ = ServeAsync(connection, serve);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private static async Task ServeAsync(RawConnection connection, Func<RawConnection, Task> serve)
    {
        try
        {
            await serve(connection);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // The client has gone, which some tests want.
        }
        finally
        {
            connection.Close();
        }
    }
}
