using System.Buffers;
using System.Text;

namespace Imagen4.Core.Http;

/// <summary>Makes UTF-8 of UTF-16 as it arrives.</summary>
internal sealed class Utf16Reader
{
    private readonly Decoder _decoder;
    private readonly ArrayBufferWriter<char> _characters = new();
    private readonly ArrayBufferWriter<byte> _utf8 = new();

    private Utf16Reader(Encoding encoding) => _decoder = encoding.GetDecoder();

    /// <summary>One for a text that begins with these bytes; null where they are not a byte order mark of UTF-16.</summary>
    public static Utf16Reader? For(ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xFE, ..] => new(Encoding.Unicode),
        [0xFE, 0xFF, ..] => new(Encoding.BigEndianUnicode),
        _ => null,
    };

    /// <summary>The next piece in UTF-8, until the one after it is read. What is divided between two pieces comes with the second.</summary>
    public ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> piece)
    {
        _characters.ResetWrittenCount();
        _utf8.ResetWrittenCount();
        _decoder.Convert(piece, _characters, flush: false, out _, out _);
        _ = Encoding.UTF8.GetBytes(_characters.WrittenSpan, _utf8);
        return _utf8.WrittenMemory;
    }
}
