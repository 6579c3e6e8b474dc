using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Imagen4.Core.Tests.Support;

/// <summary>Hands connections on to a server of this machine, and breaks one off when it is told to.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const int Never = 0;
    private const int Before = 1;
    private const int After = 2;

    private readonly TcpListener _listener;
    private readonly int _target;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private int _next;
    private int _cuts;

    private CuttingProxy(int target, int port)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections it has broken off.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Starts one.</summary>
    /// <param name="target">The port of the server.</param>
    /// <param name="port">The port to listen on; 0 for any.</param>
    public static CuttingProxy Start(int target, int port = 0) => new(target, port);

    /// <summary>
    /// Breaks off the connection that says something next: before the server has it, or once the server has answered and nobody has heard it.
    /// </summary>
    public void CutNext(bool isHandedOn) => Interlocked.Exchange(ref _next, isHandedOn ? After : Before);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            var connection = new Connection(near.GetStream(), far.GetStream());
            _ = await Task.WhenAny(AskAsync(connection), AnswerAsync(connection));
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            // Either side has gone.
        }
    }

    private async Task AskAsync(Connection connection)
    {
        var buffer = new byte[65536];
        for (int read; (read = await connection.Near.ReadAsync(buffer, _end.Token)) > 0;)
        {
            var cut = Interlocked.Exchange(ref _next, Never);
            connection.IsDeaf |= cut == After;
            if (cut == Before)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }

            await connection.Far.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    private async Task AnswerAsync(Connection connection)
    {
        var buffer = new byte[65536];
        for (int read; (read = await connection.Far.ReadAsync(buffer, _end.Token)) > 0;)
        {
            if (connection.IsDeaf)
            {
                Interlocked.Increment(ref _cuts);
                return;
            }

            await connection.Near.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    private sealed class Connection(NetworkStream near, NetworkStream far)
    {
        public NetworkStream Near => near;

        public NetworkStream Far => far;

        public bool IsDeaf { get; set; }
    }
}
