using System.Buffers.Binary;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// What the bytes of a file say about the image in it. Only headers are read: decoding is where image libraries are vulnerable.
/// </summary>
/// <param name="Type">The format, by its magic bytes.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
internal sealed record ImageHeader(MediaType Type, int Width, int Height)
{
    /// <summary>How many bytes of a file tell what kind of image it is.</summary>
    public const int HeadLength = 64;

    private static ReadOnlySpan<byte> PngMagic => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    // Far beyond what models make; what claims to be larger would only fill the memory of whoever opens it.
    private const int LongestSide = 65_535;
    private const long MostPixels = 1L << 28;

    // Some writers leave a few bytes behind the end, and some files have the images of others there: all of that stays.
    private const int LongestTail = 256;

    /// <summary>Where the image ends, where more stands behind it than a few bytes: that is none of it.</summary>
    public long? End { get; init; }

    /// <summary>Reads the header of a whole image.</summary>
    /// <param name="file">The file; it can seek.</param>
    /// <exception cref="InvalidMediaException">It is not a PNG, JPEG or WebP, or not a whole one.</exception>
    public static ImageHeader Read(Stream file)
    {
        Span<byte> head = stackalloc byte[32];
        file.Position = 0;
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var header = head switch
        {
            _ when head.StartsWith(PngMagic) => Png(file),
            [0xFF, 0xD8, 0xFF, ..] => Jpeg(file),
            _ when head.StartsWith("RIFF"u8) && head.Length >= 30 && head[8..].StartsWith("WEBP"u8) => Webp(head, file),
            _ => throw new InvalidMediaException(Messages.MediaNotAnImage) { IsCut = head.IsEmpty },
        };
        return header switch
        {
            { Width: <= 0 } or { Height: <= 0 } => throw Broken(header.Type),
            { Width: > LongestSide } or { Height: > LongestSide } => throw TooLarge(header),
            _ => (long)header.Width * header.Height <= MostPixels ? header : throw TooLarge(header),
        };
    }

    /// <summary>The kind of image that begins with these bytes; null where they are none that models read.</summary>
    /// <param name="head">The first <see cref="HeadLength"/> bytes of a file, or all of a shorter one.</param>
    public static MediaType? KindOf(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith(PngMagic) => MediaType.Png,
        [0xFF, 0xD8, 0xFF, ..] => MediaType.Jpeg,
        _ when head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8) => MediaType.Webp,
        _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => MediaType.Gif,
        _ when IsAvif(head) => MediaType.Avif,
        _ => null,
    };

    // ISO/IEC 14496-12, 4.3: the first box lists the brands that the file keeps to, the major one first, then a version, then the others.
    private static bool IsAvif(ReadOnlySpan<byte> head)
    {
        if (head.Length < 16 || !head[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        var brands = head[8..(int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(head), 16, (uint)head.Length)];
        for (var at = 0; at + 4 <= brands.Length; at += at == 0 ? 8 : 4)
        {
            if (brands[at..(at + 4)] is [(byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s'])
            {
                return true;
            }
        }

        return false;
    }

    private static ImageHeader Png(Stream file)
    {
        file.Position = PngMagic.Length;
        if (PngChunks.Read(file, out var isCut) is not { } size)
        {
            throw Broken(MediaType.Png, isCut);
        }

        return new(MediaType.Png, (int)Math.Min(size.Width, int.MaxValue), (int)Math.Min(size.Height, int.MaxValue))
        {
            End = EndAt(file, file.Position),
        };
    }

    private static ImageHeader Jpeg(Stream file)
    {
        file.Position = 2;
        if (JpegSegments.Read(file, out var data) is not var (width, height))
        {
            throw Broken(MediaType.Jpeg, isCut: !HasEnd(file, from: 0));
        }

        var end = JpegSegments.FindEnd(file, data) ?? throw Broken(MediaType.Jpeg, isCut: true);
        return new(MediaType.Jpeg, width, height) { End = HasEnd(file, data) ? null : end };
    }

    private static ImageHeader Webp(ReadOnlySpan<byte> head, Stream file) =>
        WebpChunks.Read(head, file, out var end, out var isCut) is var (width, height)
            ? new(MediaType.Webp, width, height) { End = EndAt(file, end) }
            : throw Broken(MediaType.Webp, isCut);

    private static long? EndAt(Stream file, long end) => file.Length - end > LongestTail ? end : null;

    // A file that was cut off has no end at all.
    private static bool HasEnd(Stream file, long from)
    {
        Span<byte> tail = stackalloc byte[LongestTail];
        file.Position = Math.Max(from, file.Length - tail.Length);
        tail = tail[..file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false)];
        return tail.LastIndexOf(JpegSegments.EndMarker) >= 0;
    }

    private static InvalidMediaException Broken(MediaType type, bool isCut = false) =>
        new(Messages.MediaBroken.With(type.Name)) { IsCut = isCut };

    private static InvalidMediaException TooLarge(ImageHeader header) =>
        new(Messages.MediaTooManyPixels.With(header.Width, header.Height));
}

/// <summary>An image of a result: what users see of it, and where its bytes are.</summary>
/// <param name="Image">What users see.</param>
/// <param name="Bytes">Where the bytes are.</param>
internal sealed record HostImage(ImagenImage Image, ImageBytes Bytes);

/// <summary>The image formats the hosts produce, and those their models read.</summary>
/// <param name="Name">The media type.</param>
/// <param name="Extension">The file name's ending, with its dot.</param>
internal sealed record MediaType(string Name, string Extension)
{
    public static readonly MediaType Png = new("image/png", ".png");
    public static readonly MediaType Jpeg = new("image/jpeg", ".jpg");
    public static readonly MediaType Webp = new("image/webp", ".webp");
    public static readonly MediaType Gif = new("image/gif", ".gif");
    public static readonly MediaType Avif = new("image/avif", ".avif");

    /// <summary>What a saved image can be.</summary>
    public static IReadOnlyList<MediaType> Saved { get; } = [Png, Jpeg, Webp];

    /// <summary>Every extension a saved image can have.</summary>
    public static IEnumerable<string> Extensions => Saved.Select(type => type.Extension);
}
