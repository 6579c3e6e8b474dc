using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Imagen4.Fuzz;

/// <summary>A host on this machine that answers every request with one body; a second page with none.</summary>
internal sealed class LocalHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public LocalHost()
    {
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _ = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>What it answers.</summary>
    public byte[] Body { get; set; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var closing = client;
        client.NoDelay = true;
        try
        {
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } first)
            {
                var length = 0;
                while (await reader.ReadLineAsync().ConfigureAwait(false) is { Length: > 0 } header)
                {
                    length = header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
                        ? int.Parse(header.AsSpan(15), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)
                        : length;
                }

                for (; length > 0; length--)
                {
                    _ = reader.Read();
                }

                var body = first.Contains("cursor=", StringComparison.Ordinal) ? "{}"u8.ToArray() : Body;
                var head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";

                // In one piece: a second one would wait until the first has been acknowledged.
                await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body]).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The client has closed the connection.
        }
    }
}
