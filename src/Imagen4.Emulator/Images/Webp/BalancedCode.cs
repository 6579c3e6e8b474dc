using System.Numerics;

namespace Imagen4.Emulator.Images.Webp;

/// <summary>
/// A prefix code in which all symbols are about equally long: a complete code, as VP8L demands, without a Huffman tree.
/// The scenes compress by their repeats, not by their symbols.
/// </summary>
internal sealed class BalancedCode
{
    private const int SmallAlphabet = 256;
    private const int LengthAlphabet = 19;

    /// <summary>The order in which the lengths of the code for lengths are stored; lengths 0 to 9 are enough here.</summary>
    private static readonly int[] LengthOrder = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9];

    private readonly int[] _symbols;
    private readonly int[] _lengths;
    private readonly (uint Bits, int Length)[] _codes;

    /// <param name="alphabet">How many symbols the format knows here.</param>
    /// <param name="symbols">Those that occur; at least one.</param>
    public BalancedCode(int alphabet, IEnumerable<int> symbols)
    {
        _symbols = [.. symbols.Distinct().Order()];
        _lengths = new int[alphabet];
        _codes = new (uint, int)[alphabet];
        if (_symbols.Length > 1)
        {
            Assign();
        }
    }

    public void WriteSymbol(WebpBitWriter output, int symbol)
    {
        var (bits, length) = _codes[symbol];
        output.Write(bits, length);
    }

    /// <summary>Describes the code to the decoder.</summary>
    public void WriteTo(WebpBitWriter output)
    {
        if (_symbols.Length <= 2 && _symbols[^1] < SmallAlphabet)
        {
            WriteSimple(output);
        }
        else
        {
            WriteLengths(output);
        }
    }

    private void WriteSimple(WebpBitWriter output)
    {
        output.Write(1, 1);
        output.Write((uint)_symbols.Length - 1, 1);
        output.Write(1, 1);
        foreach (var symbol in _symbols)
        {
            output.Write((uint)symbol, 8);
        }
    }

    private void WriteLengths(WebpBitWriter output)
    {
        var lengthCode = new BalancedCode(LengthAlphabet, _lengths);
        output.Write(0, 1);
        output.Write((uint)LengthOrder.Length - 4, 4);
        foreach (var length in LengthOrder)
        {
            output.Write((uint)lengthCode._lengths[length], 3);
        }

        output.Write(0, 1);
        foreach (var length in _lengths)
        {
            lengthCode.WriteSymbol(output, length);
        }
    }

    /// <summary>The first symbols take the shorter length, so many that the longer ones fill the rest exactly.</summary>
    private void Assign()
    {
        var shorter = BitOperations.Log2((uint)_symbols.Length);
        var shortCount = (2 << shorter) - _symbols.Length;
        uint code = 0;
        for (var i = 0; i < _symbols.Length; i++)
        {
            var length = i < shortCount ? shorter : shorter + 1;
            if (i == shortCount)
            {
                code <<= 1;
            }

            _lengths[_symbols[i]] = length;
            _codes[_symbols[i]] = (Reverse(code++, length), length);
        }
    }

    // Codes are stored with their first bit first.
    private static uint Reverse(uint code, int length)
    {
        uint reversed = 0;
        for (var bit = 0; bit < length; bit++)
        {
            reversed = (reversed << 1) | ((code >> bit) & 1);
        }

        return reversed;
    }
}

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
