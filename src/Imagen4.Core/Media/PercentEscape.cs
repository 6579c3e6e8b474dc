using System.Buffers;

namespace Imagen4.Core.Media;

/// <summary>A byte of an address that is written as %41 (RFC 3986, 2.1).</summary>
internal static class PercentEscape
{
    /// <summary>How many bytes it takes.</summary>
    public const int Length = 3;

    /// <summary>Reads the byte at the beginning of a text; what is no escape stands for itself.</summary>
    /// <param name="text">The text, which is not empty.</param>
    /// <param name="length">How many bytes of the text it takes.</param>
    public static byte Read(ReadOnlySpan<byte> text, out int length)
    {
        Span<byte> octet = stackalloc byte[1];
        if (text[0] == (byte)'%' && text.Length >= Length
            && Convert.FromHexString(text[1..Length], octet, out _, out _) == OperationStatus.Done)
        {
            length = Length;
            return octet[0];
        }

        length = 1;
        return text[0];
    }
}
