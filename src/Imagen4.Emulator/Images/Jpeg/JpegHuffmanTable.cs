namespace Imagen4.Emulator.Images.Jpeg;

/// <summary>A Huffman table: how many codes there are of each length from 1 to 16, and their symbols in order.</summary>
internal sealed class JpegHuffmanTable
{
    private readonly (uint Bits, int Length)[] _codes = new (uint, int)[256];

    private JpegHuffmanTable(byte[] counts, byte[] symbols)
    {
        Counts = counts;
        Symbols = symbols;
        uint code = 0;
        var next = 0;
        for (var length = 1; length <= counts.Length; length++)
        {
            for (var i = 0; i < counts[length - 1]; i++)
            {
                _codes[symbols[next++]] = (code++, length);
            }

            code <<= 1;
        }
    }

    /// <summary>The example tables of the standard (annex K) for luminance, used for every component here.</summary>
    public static JpegHuffmanTable Dc { get; } = new(
        Convert.FromHexString("00010501010101010100000000000000"),
        Convert.FromHexString("000102030405060708090A0B"));

    public static JpegHuffmanTable Ac { get; } = new(
        Convert.FromHexString("0002010303020403050504040000017D"),
        Convert.FromHexString(
            "010203000411051221314106135161072271143281" + "91A1082342B1C11552D1F02433627282090A161718191A"
            + "25262728292A3435363738393A434445464748494A535455565758595A636465666768696A737475767778797A"
            + "838485868788898A92939495969798999AA2A3A4A5A6A7A8A9AAB2B3B4B5B6B7B8B9BAC2C3C4C5C6C7C8C9CA"
            + "D2D3D4D5D6D7D8D9DAE1E2E3E4E5E6E7E8E9EAF1F2F3F4F5F6F7F8F9FA"));

    public byte[] Counts { get; }

    public byte[] Symbols { get; }

    public void Write(JpegBitWriter output, int symbol)
    {
        var (bits, length) = _codes[symbol];
        output.Write(bits, length);
    }
}

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
