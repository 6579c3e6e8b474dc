using System.Buffers.Binary;

namespace Imagen4.Core.Tests.Support;

/// <summary>The frames of one HTTP/2 connection (RFC 9113, 4.1), seen from the server.</summary>
internal sealed class Http2Frames(Stream stream)
{
    private const int PrefaceLength = 24;
    private const byte Data = 0x0;
    private const byte Headers = 0x1;
    private const byte Settings = 0x4;
    private const byte Ping = 0x6;
    private const byte EndStream = 0x1;
    private const byte Acknowledged = 0x1;

    public async Task ReadPrefaceAsync()
    {
        await stream.ReadExactlyAsync(new byte[PrefaceLength]);
        await WriteAsync(Settings, 0, 0, ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Reads until a request has come whole.</summary>
    /// <returns>Its stream, or null when the client has closed.</returns>
    public async Task<int?> ReadRequestAsync(Action begun)
    {
        while (true)
        {
            var head = new byte[9];
            if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) < head.Length)
            {
                return null;
            }

            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await stream.ReadExactlyAsync(payload);
            var (type, flags) = (head[3], head[4]);
            if (type is Settings or Ping && (flags & Acknowledged) == 0)
            {
                await WriteAsync(type, Acknowledged, 0, type == Ping ? payload : ReadOnlyMemory<byte>.Empty);
            }

            if (type == Headers)
            {
                begun();
            }

            if (type is Headers or Data && (flags & EndStream) != 0)
            {
                return BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
            }
        }
    }

    public async Task WriteAsync(byte type, byte flags, int streamId, ReadOnlyMemory<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame.AsMemory(9));
        await stream.WriteAsync(frame);
        await stream.FlushAsync();
    }
}
