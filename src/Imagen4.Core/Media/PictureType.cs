namespace Imagen4.Core.Media;

/// <summary>
/// Tells an image by its first bytes, for files that are sent to a host: more formats than hosts produce, and nothing else of them is
/// looked at.
/// </summary>
internal static class PictureType
{
    /// <summary>How many bytes it takes to tell.</summary>
    public const int HeadLength = 32;

    private static ReadOnlySpan<byte> PngMagic => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The media type of an image; null for anything else.</summary>
    /// <param name="head">The first bytes of the file, as many as there are up to <see cref="HeadLength"/>.</param>
    public static string? Of(ReadOnlySpan<byte> head) =>
        head.StartsWith(PngMagic) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) ? "image/gif"
        : IsAvif(head) ? "image/avif"
        : null;

    // ISO/IEC 14496-12, 4.3: the file type box names the major brand and those it is compatible with. AVIF (AOMedia, 1.1.0, 6) has its
    // own two.
    private static bool IsAvif(ReadOnlySpan<byte> head)
    {
        if (head.Length < 16 || !head[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        for (var place = 8; place + 4 <= head.Length; place += 4)
        {
            if (head[place..].StartsWith("avif"u8) || head[place..].StartsWith("avis"u8))
            {
                return true;
            }
        }

        return false;
    }
}
