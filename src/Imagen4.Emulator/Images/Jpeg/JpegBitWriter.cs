namespace Imagen4.Emulator.Images.Jpeg;

/// <summary>Writes the entropy-coded part: bits from the left, a zero after every byte of ones.</summary>
internal sealed class JpegBitWriter(Stream output)
{
    private uint _bits;
    private int _count;

    public void Write(uint value, int length)
    {
        _bits = (_bits << length) | value;
        _count += length;
        while (_count >= 8)
        {
            _count -= 8;
            WriteByte((byte)(_bits >> _count));
        }
    }

    /// <summary>Fills the last byte with ones, as the format asks.</summary>
    public void Finish()
    {
        if (_count > 0)
        {
            Write((1u << (8 - _count)) - 1, 8 - _count);
        }
    }

    private void WriteByte(byte value)
    {
        output.WriteByte(value);
        if (value == 0xFF)
        {
            output.WriteByte(0);
        }
    }
}
