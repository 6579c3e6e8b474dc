using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Imagen4.Core.Text;

/// <summary>
/// A text as 128 bits. What a batch remembers of every row is to be small, because it may have millions; by chance, no two of them have
/// the same.
/// </summary>
internal static class TextDigest
{
    /// <summary>The digest of a text.</summary>
    public static UInt128 Of(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

    /// <summary>The digest that is the same for all texts that differ only in case, as file names do on some systems.</summary>
    public static UInt128 OfAnyCase(string text) => Of(text.ToUpperInvariant());

    /// <summary>The digest of several texts: other parts have another one, also where they join to the same text.</summary>
    public static UInt128 Of(params ReadOnlySpan<string?> parts)
    {
        var hash = new XxHash128();
        foreach (var part in parts)
        {
            hash.Append(BitConverter.GetBytes(part?.Length ?? -1));
            hash.Append(MemoryMarshal.AsBytes(part.AsSpan()));
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
