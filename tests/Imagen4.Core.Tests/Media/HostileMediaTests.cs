using System.Buffers.Binary;
using System.Text.Json;
using Imagen4.Core.Gallery;
using Imagen4.Core.Media;
using Imagen4.Core.Media.Terminal;
using Imagen4.Core.Tests.Support;
using Imagen4.Emulator.Images;

namespace Imagen4.Core.Tests.Media;

/// <summary>Files that are no images of a model, whatever they begin with, and servers that send them.</summary>
public sealed class HostileMediaTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public static TheoryData<string, byte[]> Files
    {
        get
        {
            var script = "<?php system($_GET['c']); ?>"u8.ToArray();
            var png = Pictures.Png;
            var data = png.AsSpan().IndexOf("IDAT"u8) - 4;
            var end = png.AsSpan().IndexOf("IEND"u8) - 4;
            var (jpeg, webp) = (Pictures.Jpeg, Pictures.Webp);
            var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
            return new()
            {
                { "of 2^31 pixels a side", Sized(0x80000000, 0x80000000) },
                { "of 2^31 - 1 pixels a side", Sized(0x7FFFFFFF, 0x7FFFFFFF) },
                { "as wide as 65,536", Sized(65_536, 1) },
                { "of too many pixels", Sized(65_535, 65_535) },
                { "without image data", [.. png[..data], .. png[end..]] },
                { "with a script between its chunks", [.. png[..data], .. script, .. png[data..]] },
                { "with a script before its header", [.. png[..8], .. script, .. png[8..]] },
                { "with two headers", [.. png[..data], .. png[8..]] },
                { "with a chunk of 2^32 - 1 bytes", [.. png[..data], 0xFF, 0xFF, 0xFF, 0xFF, .. png[(data + 4)..]] },
                { "with a chunk whose name is none", [.. png[..data], 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, .. png[data..]] },
                { "of very many chunks", [.. png[..data], .. Enumerable.Repeat(Empty(), 100_001).SelectMany(each => each), .. png[data..]] },
                { "with a wrong checksum", WithByte(png, data + 12, (byte)~png[data + 12]) },
                { "with a wrong checksum of its header", WithByte(png, 29, (byte)~png[29]) },
                { "with image data that are none", Pictures.Resealed(WithByte(WithByte(png, data + 8, 0), data + 9, 0)) },
                { "with a text for its image data", [.. png[..data], .. Pictures.Chunk("IDAT", script), .. png[end..]] },
                { "of a colour type that there is not", Pictures.Resealed(WithByte(png, 25, 5)) },
                { "of a filter method that there is not", Pictures.Resealed(WithByte(png, 27, 1)) },
                { "JPEG without a scan", [.. jpeg[..scan], 0xFF, 0xD9] },
                { "JPEG of a scan without data", [.. jpeg[..(scan + 2 + ((jpeg[scan + 2] << 8) | jpeg[scan + 3]))], 0xFF, 0xD9] },
                { "JPEG without a frame", [.. jpeg[..2], .. jpeg[scan..]] },
                { "WebP that ends within its image", WithByte(webp, 4, (byte)(webp[4] - 2)) },
                { "WebP without an image", [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x0F, 0x00, 0x02, 0x00, 0x00] },
                { "WebP whose image is none", WithByte(Pictures.LossyWebp, 23, 0) },
                { "GIF without an image", [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x3B] },
                { "JPEG of padding", [0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, 1 << 20), 0xFF, 0xD9] },
                { "JPEG of empty segments", [0xFF, 0xD8, .. Enumerable.Repeat(new byte[] { 0xFF, 0xFE, 0, 2 }, 20_000).SelectMany(each => each), 0xFF, 0xD9] },
                { "JPEG of segments without a length", [0xFF, 0xD8, .. Enumerable.Repeat(new byte[] { 0xFF, 0xFE, 0, 0 }, 20_000).SelectMany(each => each), 0xFF, 0xD9] },
                { "page", "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"u8.ToArray() },
                { "archive", [.. "PK\u0003\u0004"u8, .. new byte[100]] },
                { "program", [.. "MZ"u8, .. new byte[100]] },
                { "nothing", [] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Is_not_saved(string name, byte[] bytes)
    {
        Assert.NotEmpty(name);
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: "image/png") { Bytes = bytes });

        Assert.IsType<InvalidMediaException>(await SaveAsync(server.Address));

        Assert.Empty(_temp.Names);
    }

    [Theory]
    [InlineData("png", false)]
    [InlineData("jpeg", false)]
    [InlineData("webp", false)]
    [InlineData("png", true)]
    [InlineData("jpeg", true)]
    [InlineData("webp", true)]
    public async Task What_stands_behind_the_end_of_an_image_is_cut_off(string format, bool isInline)
    {
        var picture = Pictures.Encode(ImageFormat.Named(format), 40, 30);
        byte[] sent = [.. picture, .. Enumerable.Repeat("<?php system($_GET['c']); ?>"u8.ToArray(), 3_000).SelectMany(each => each)];
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: "image/png") { Bytes = sent });
        var address = isInline ? $"data:image/png;base64,{Convert.ToBase64String(sent)}" : server.Address.AbsoluteUri;

        Assert.Null(await SaveAsync(address));

        Assert.Equal(picture, await File.ReadAllBytesAsync(_temp.At(Assert.Single(_temp.Names))));
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html; charset=utf-8")]
    [InlineData("application/xhtml+xml")]
    [InlineData("application/javascript")]
    public async Task An_image_that_is_served_as_a_page_is_not_saved(string type)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: type) { Bytes = Pictures.Png });

        Assert.Equal(
            $"The host served the file as {type.Split(';')[0]}, which is not an image type.", (await SaveAsync(server.Address))!.Message);
        Assert.Empty(_temp.Names);
    }

    [Theory]
    [InlineData("image/jpeg")]
    [InlineData("application/octet-stream")]
    [InlineData("binary/octet-stream")]
    [InlineData("text/plain")]
    public async Task A_type_that_is_no_better_known_does_not_matter(string type)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: type) { Bytes = Pictures.Png });

        Assert.Null(await SaveAsync(server.Address));
        Assert.Equal(["image.png"], _temp.Names);
    }

    [Fact]
    public async Task One_that_was_cut_with_the_length_of_its_part_is_fetched_again()
    {
        var cut = new Answer(200, Type: "image/png") { Bytes = Pictures.Png.AsMemory(0, Pictures.Png.Length - 20) };
        await using var server = await WebServer.AnsweringAsync(cut, cut, new Answer(200, Type: "image/png") { Bytes = Pictures.Png });

        Assert.Null(await SaveAsync(server.Address));
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(Pictures.Png, await File.ReadAllBytesAsync(_temp.At("image.png")));
    }

    [Fact]
    public async Task One_that_is_always_cut_is_an_error_in_the_end()
    {
        var cut = new Answer(200, Type: "image/png") { Bytes = Pictures.Png.AsMemory(0, Pictures.Png.Length - 20) };
        await using var server = await WebServer.AnsweringAsync([.. Enumerable.Repeat(cut, 5)]);

        var error = Assert.IsType<InvalidMediaException>(await SaveAsync(server.Address));

        Assert.Equal("The downloaded file is not a complete image (image/png).", error.Message);
        Assert.Equal(5, server.Requests.Count);
        Assert.Empty(_temp.Names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_is_too_large_is_not_fetched_to_its_end(bool isInline)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: "image/png") { Bytes = Pictures.Png });
        var address = isInline ? $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png)}" : server.Address.AbsoluteUri;

        var error = await SaveAsync(address, maxBytes: 100);

        Assert.Equal("The image is larger than 100 bytes.", error!.Message);
        Assert.Empty(_temp.Names);
    }

    [SkippableFact]
    public async Task A_pipe_of_the_final_name_is_not_waited_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "NOT RUN: Windows has no pipes among its files.");
        using var make = System.Diagnostics.Process.Start("mkfifo", _temp.At("image.png"));
        await make.WaitForExitAsync();
        await using var server = await WebServer.AnsweringAsync(new Answer(200, Type: "image/png") { Bytes = Pictures.Png });

        Assert.IsType<FileExistsException>(await SaveAsync(server.Address));
        Assert.Equal(["image.png"], _temp.Names);
    }

    [SkippableFact]
    public async Task A_pipe_of_the_name_of_a_sidecar_or_a_gallery_is_not_waited_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "NOT RUN: Windows has no pipes among its files.");
        foreach (var name in new[] { "image.png.json", "gallery.html", "shown.png" })
        {
            using var make = System.Diagnostics.Process.Start("mkfifo", _temp.At(name));
            await make.WaitForExitAsync();
        }

        var image = new ImagenImage { Index = 1, Path = _temp.At("image.png") };
        await Assert.ThrowsAsync<FileExistsException>(() => Task.Run(() => Sidecar.WriteAsync(
            new OutputFolder(_temp.Path, force: false), new ImagenResult { RequestId = "r-1" }, image, CancellationToken.None)).InTime());
        await Assert.ThrowsAsync<FileExistsException>(() => Task.Run(
            () => new GalleryPage(_temp.At("gallery.html"), new GalleryOptions()).Check()).InTime());
        await Assert.ThrowsAsync<InvalidMediaException>(() => Task.Run(() => TerminalImage.Read(_temp.At("shown.png"))).InTime());
    }

    public void Dispose() => _temp.Dispose();

    private Task<ImagenException?> SaveAsync(Uri address) => SaveAsync(address.AbsoluteUri);

    private async Task<ImagenException?> SaveAsync(string address, long maxBytes = MediaSource.LargestImage)
    {
        var folder = new OutputFolder(_temp.Path, force: false);
        var bytes = ImageBytes.Of(JsonElement.Parse(JsonSerializer.Serialize(address)));
        return await new ImageSaver(folder, new TemplateNames(new FileNameTemplate("image"), new FileNameValues()))
            .SaveAsync(
                new MediaSource(new SkippingTime(), TestHost.ThisMachine) { MaxBytes = maxBytes },
                [new HostImage(new ImagenImage { Index = 1 }, bytes)],
                "r-1",
                MediaAccess.Public,
                CancellationToken.None)
            .InTime();
    }

    // The picture with another size in its header.
    private static byte[] Sized(uint width, uint height)
    {
        var picture = Pictures.Png.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(picture.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(picture.AsSpan(20), height);
        return Pictures.Resealed(picture);
    }

    private static byte[] Empty() => Pictures.Chunk("tEXt", []);

    private static byte[] WithByte(byte[] bytes, int at, byte value)
    {
        var changed = bytes.ToArray();
        changed[at] = value;
        return changed;
    }
}
