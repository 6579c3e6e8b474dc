using System.Buffers.Binary;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;
using Imagen4.Emulator.Images;

namespace Imagen4.Core.Tests.Media;

public sealed class ImageHeaderTests
{
    public static TheoryData<string, int, int> Sizes => new()
    {
        { "png", 1, 1 }, { "png", 1408, 768 }, { "jpeg", 1, 1 }, { "jpeg", 768, 1408 }, { "webp", 16, 16 }, { "webp", 1024, 1024 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_whole_image_tells_its_format_and_size(string format, int width, int height)
    {
        var header = Read(Pictures.Encode(ImageFormat.Named(format), width, height));

        Assert.Equal(($"image/{format}", width, height), (header.Type.Name, header.Width, header.Height));
    }

    // One pixel each, by libpng and libwebp: lossy, lossless, with alpha, animated.
    [Theory]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")]
    [InlineData("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")]
    [InlineData("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")]
    [InlineData("UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==")]
    [InlineData("UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA")]
    public void What_other_encoders_write_is_taken(string base64)
    {
        var header = Read(Convert.FromBase64String(base64));

        Assert.Equal((1, 1), (header.Width, header.Height));
    }

    [Fact]
    public void The_first_bytes_tell_what_kind_of_image_a_file_is()
    {
        Assert.Equal(MediaType.Png, ImageHeader.KindOf(Pictures.Png));
        Assert.Equal(MediaType.Jpeg, ImageHeader.KindOf(Pictures.Jpeg));
        Assert.Equal(MediaType.Webp, ImageHeader.KindOf(Pictures.Webp));
        Assert.Equal(MediaType.Gif, ImageHeader.KindOf("GIF89a and more"u8));
        Assert.Equal(MediaType.Avif, ImageHeader.KindOf("\0\0\0\u001cftypavif\0\0\0\0mif1avifmiaf"u8));
        Assert.Equal(MediaType.Avif, ImageHeader.KindOf("\0\0\0\u001cftypmif1\0\0\0\0mif1miafavis"u8));
        Assert.Null(ImageHeader.KindOf("\0\0\0\u0018ftypheic\0\0\0\0mif1heicavif"u8));
        Assert.Null(ImageHeader.KindOf("\0\0\0\u0018ftypisom\0\0avif"u8));
        Assert.Null(ImageHeader.KindOf("<svg>"u8));
        Assert.Null(ImageHeader.KindOf("RIFF"u8));
        Assert.Null(ImageHeader.KindOf([]));
        Assert.Equal([null], Enumerable.Range(0, 8).Select(length => ImageHeader.KindOf(Pictures.Png.AsSpan(0, length))).Distinct());
    }

    [Fact]
    public void A_few_bytes_behind_the_end_do_not_cost_the_image()
    {
        Assert.Equal(40, Read([.. Pictures.Png, (byte)'\r', (byte)'\n']).Width);
        Assert.Equal(40, Read([.. Pictures.Jpeg, 0, 0]).Width);
    }

    // Cameras and newer encoders put a second image, smaller or of brightness alone, behind the first.
    [Fact]
    public void Other_images_behind_a_JPEG_are_left_with_it() =>
        Assert.Equal(new ImageHeader(MediaType.Jpeg, 40, 30), Read([.. Pictures.Jpeg, .. Pictures.Encode(ImageFormat.Jpeg, 80, 60)]));

    [Fact]
    public void A_JPEG_that_was_cut_is_not_whole_by_the_image_behind_it()
    {
        var picture = Pictures.Encode(ImageFormat.Jpeg, 80, 60);
        var scan = picture.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] twice = [.. picture[..^2], .. picture[scan..]];
        foreach (var behind in new[] { Pictures.Jpeg, Pictures.Encode(ImageFormat.Jpeg, 640, 640) })
        {
            Assert.DoesNotContain(
                Enumerable.Range(scan, twice.Length - scan - 1),
                length => Record.Exception(() => Read([.. twice[..length], .. behind])) is not InvalidMediaException);
            Assert.True(Assert.Throws<InvalidMediaException>(() => Read([.. twice[..^2], .. behind])).IsCut);
        }
    }

    [Fact]
    public void A_JPEG_that_was_cut_does_not_end_where_other_bytes_happen_to_have_an_end()
    {
        var random = new Random(20261130);
        for (var round = 0; round < 100; round++)
        {
            var behind = new byte[100_000];
            random.NextBytes(behind);

            Assert.Throws<InvalidMediaException>(() => Read([.. Pictures.Jpeg[..^2], .. behind, 0xFF, 0xD9]));
        }
    }

    [Theory]
    [InlineData(257)]
    [InlineData(65_530)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public void The_end_of_a_JPEG_is_found_whatever_stands_behind_it(int length)
    {
        var picture = Pictures.Encode(ImageFormat.Jpeg, 640, 640);
        var scan = picture.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] comment = [0xFF, 0xFE, 0x00, 0x06, 0xFF, 0xD9, 0xFF, 0xD9];

        // A comment between two scans may have the bytes of an end in it.
        byte[] twice = [.. picture[..^2], .. comment, .. picture[scan..]];

        Assert.Equal(picture.Length, Read([.. picture, .. new byte[length]]).End);
        Assert.Equal(twice.Length, Read([.. twice, .. new byte[length]]).End);
        Assert.Throws<InvalidMediaException>(() => Read([.. twice[..^2], .. new byte[length]]));
    }

    [Fact]
    public void The_end_of_a_thumbnail_is_not_the_end_of_the_image()
    {
        byte[] thumbnail = [0xFF, 0xE1, 0x00, 0x08, 0xFF, 0xD8, 0xFF, 0xDA, 0xFF, 0xD9];
        byte[] picture = [.. Pictures.Jpeg[..2], .. thumbnail, .. Pictures.Jpeg[2..]];

        Assert.Throws<InvalidMediaException>(() => Read([.. picture[..^2], 0, 0]));
    }

    [Theory]
    [InlineData("tEXt")]
    [InlineData("eXIf")]
    [InlineData("IEND")]
    public void A_wrong_checksum_of_what_makes_no_pixels_does_not_cost_the_image(string type)
    {
        byte[] picture = [.. Pictures.Png[..^12], .. Pictures.Chunk("tEXt", [1, 2, 3]), .. Pictures.Chunk("eXIf", []), .. Pictures.Png[^12..]];

        Assert.Equal(new ImageHeader(MediaType.Png, 40, 30), Read(Unsealed(picture, type)));
    }

    [Theory]
    [InlineData("IHDR")]
    [InlineData("PLTE")]
    [InlineData("IDAT")]
    public void A_wrong_checksum_of_what_makes_the_pixels_is_refused(string type) =>
        Assert.Throws<InvalidMediaException>(() => Read(Unsealed(Pictures.Png.ToArray(), type)));

    [Fact]
    public void Lossy_and_extended_WebP_tell_their_size_too()
    {
        Assert.Equal(new ImageHeader(MediaType.Webp, 550, 368), Read(Pictures.LossyWebp));
        Assert.Equal(new ImageHeader(MediaType.Webp, 4096, 3), Read(Pictures.ExtendedWebp));
    }

    [Fact]
    public void The_last_chunk_of_a_WebP_may_lack_its_padding()
    {
        byte[] padded = [.. Pictures.Webp, .. "XMP "u8, 1, 0, 0, 0, (byte)'x', 0];
        BinaryPrimitives.WriteInt32LittleEndian(padded.AsSpan(4), padded.Length - 8);

        Assert.Equal(Read(padded), Read(padded[..^1]));
        Assert.Throws<InvalidMediaException>(() => Read(padded[..^2]));
    }

    [Fact]
    public void A_JPEG_may_have_other_segments_and_padding_before_its_frame()
    {
        byte[] app = [0xFF, 0xE1, 0x00, 0x05, 1, 2, 3];
        byte[] padded = [0xFF, 0xFF, 0xFF, 0xFE, 0x00, 0x04, 0xFF, 0xC0];

        var header = Read([.. Pictures.Jpeg[..2], .. app, .. padded, .. Pictures.Jpeg[2..]]);

        Assert.Equal(new ImageHeader(MediaType.Jpeg, 40, 30), header);
    }

    [Fact]
    public void Every_image_cut_anywhere_is_refused_and_nothing_worse_happens()
    {
        foreach (var picture in new[] { Pictures.Png, Pictures.Jpeg, Pictures.Webp, Pictures.LossyWebp, Pictures.ExtendedWebp })
        {
            // This WebP ends with a byte of padding, and without it nothing is missing.
            var padding = picture == Pictures.Webp ? 1 : 0;
            for (var length = 0; length < picture.Length - padding; length++)
            {
                Assert.Throws<InvalidMediaException>(() => Read(picture[..length]));
            }
        }
    }

    [Fact]
    public void Random_damage_is_read_or_refused_and_nothing_worse_happens()
    {
        var random = new Random(20260101);
        byte[][] pictures = [Pictures.Png, Pictures.Jpeg, Pictures.Webp, Pictures.LossyWebp, Pictures.ExtendedWebp];
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var damaged = pictures[round % pictures.Length].ToArray();
            for (var flips = random.Next(1, 20); flips > 0; flips--)
            {
                damaged[random.Next(Math.Min(damaged.Length, 64))] = (byte)random.Next(256);
            }

            if (Record.Exception(() => Read(damaged)) is { } error)
            {
                Assert.IsType<InvalidMediaException>(error);
                refused++;
            }
        }

        Assert.True(refused > 1000, $"{refused}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>Sign in to continue</body></html>")]
    [InlineData("GIF89a..........................................")]
    [InlineData("RIFF\u0004\0\0\0WAVEfmt                          ")]
    [InlineData("{\"detail\":\"Not Found\"}")]
    public void What_is_no_image_is_refused(string text) =>
        Assert.Throws<InvalidMediaException>(() => Read(System.Text.Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void A_PNG_without_its_header_chunk_is_refused() =>
        Assert.Throws<InvalidMediaException>(() => Read([.. Pictures.Png[..12], .. "IDAT"u8, .. Pictures.Png[16..]]));

    [Fact]
    public void A_size_of_nothing_or_less_is_refused()
    {
        var picture = Pictures.Png.ToArray();
        picture[16] = 0x80;
        Assert.Throws<InvalidMediaException>(() => Read(Pictures.Resealed(picture)));

        picture.AsSpan(16, 4).Clear();
        Assert.Throws<InvalidMediaException>(() => Read(Pictures.Resealed(picture)));
    }

    // The PNG with a wrong checksum of one chunk.
    private static byte[] Unsealed(byte[] png, string type)
    {
        var at = png.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(type)) - 4;
        png[at + 8 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at))] ^= 1;
        return png;
    }

    private static ImageHeader Read(byte[] bytes)
    {
        using var file = new MemoryStream(bytes);
        return ImageHeader.Read(file);
    }
}
