namespace Imagen4.Emulator.Images.Webp;

/// <summary>Writes bits from the right, as VP8L has them.</summary>
internal sealed class WebpBitWriter
{
    private readonly List<byte> _output = [];
    private ulong _bits;
    private int _count;

    public void Write(uint value, int length)
    {
        _bits |= (ulong)value << _count;
        _count += length;
        while (_count >= 8)
        {
            _output.Add((byte)_bits);
            _bits >>= 8;
            _count -= 8;
        }
    }

    public byte[] Finish()
    {
        Write(0, 7);
        return [.. _output];
    }
}
