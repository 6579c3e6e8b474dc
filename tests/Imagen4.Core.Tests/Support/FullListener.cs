using System.Net;
using System.Net.Sockets;

namespace Imagen4.Core.Tests.Support;

/// <summary>A listener whose only place is taken: the system drops what else knocks, and connecting takes for ever.</summary>
internal sealed class FullListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _first = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private FullListener()
    {
    }

    public Uri Address => new($"http://{_listener.LocalEndPoint}/");

    public static async Task<FullListener> StartAsync()
    {
        var listener = new FullListener();
        listener._listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener._listener.Listen(0);
        await listener._first.ConnectAsync(listener._listener.LocalEndPoint!);
        return listener;
    }

    public void Dispose()
    {
        _first.Dispose();
        _listener.Dispose();
    }
}
