using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Imagen4.Core.Tests.Support;

/// <summary>One connection of a <see cref="RawServer"/>.</summary>
internal sealed class RawConnection(RawServer server, TcpClient client)
{
    private readonly NetworkStream _stream = client.GetStream();

    /// <summary>Reads the head of a request, and nothing of its body. Null when the client has closed.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (await _stream.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
            if (head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
            {
                if (head.ToString().StartsWith("POST ", StringComparison.Ordinal))
                {
                    server.CountPost();
                }

                return head.ToString();
            }
        }

        return null;
    }

    /// <summary>Reads a whole request: its head and its body. Null when the client has closed.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        if (await ReadHeadAsync() is not { } head)
        {
            return null;
        }

        var body = new byte[LengthOf(head)];
        await _stream.ReadExactlyAsync(body);
        return head + Encoding.UTF8.GetString(body);
    }

    /// <summary>Waits for the first byte of a request.</summary>
    public async Task ReadByteAsync() => await _stream.ReadExactlyAsync(new byte[1]);

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>Waits until the client closes.</summary>
    public async Task UntilClosedAsync()
    {
        var rest = new byte[4096];
        while (await _stream.ReadAsync(rest) > 0)
        {
            // Whatever else comes is not looked at.
        }
    }

    /// <summary>Ends the connection with a reset instead of a close.</summary>
    public void Reset()
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Close();
    }

    public void Close() => client.Close();

    private static int LengthOf(string head)
    {
        const string name = "content-length:";
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }
}
