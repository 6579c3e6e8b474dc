using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Imagen4.Emulator.Faults;

/// <summary>
/// The socket below a request, for answers that the server itself would never send: it keeps to the length it
/// announced, and ends connections in one way only.
/// </summary>
internal sealed class RawConnection(HttpContext context)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly Socket _socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;

    /// <summary>Status line and headers as they stand in the response.</summary>
    public static byte[] HeadOf(HttpResponse response)
    {
        var head = new StringBuilder();
        head.Append(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {response.StatusCode} {ReasonPhrases.GetReasonPhrase(response.StatusCode)}\r\n");
        foreach (var (name, values) in response.Headers)
        {
            foreach (var value in values)
            {
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            }
        }

        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes, context.RequestAborted)..];
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client left first, which is its right.
        }
    }

    /// <summary>Ends the connection and returns when it is gone.</summary>
    public async Task EndAsync(Ending ending)
    {
        switch (ending)
        {
            case Ending.Reset:
                await AllOnTheirWayAsync();
                // The server ends what is aborted with an RST.
                context.Abort();
                break;
            case Ending.Close:
                Finish();
                break;
        }

        // The rest is the client's to do: aborting here as well would send the RST after the FIN. And a reset takes
        // effect a moment later; an answer that ended before it would be taken for one that was given.
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
    }

    private void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client left first.
        }
    }

    // A reset throws away what was not sent yet, because the client has not made room for it. Only Linux tells how
    // much that is; elsewhere a reset may come earlier than the rule says.
    private async Task AllOnTheirWayAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const int Tcp = 6;
        const int TcpInfo = 11;
        const int NotSentBytes = 144;
        var info = new byte[NotSentBytes + sizeof(uint)];
        try
        {
            while (_socket.GetRawSocketOption(Tcp, TcpInfo, info) == info.Length
                && BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(NotSentBytes)) > 0)
            {
                await Task.Delay(Moment, TimeProvider.System, context.RequestAborted);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client left first.
        }
    }
}
