using System.Security.Cryptography;
using System.Text;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

public sealed class ImageSaverTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Every_image_is_saved_under_its_own_name_with_what_its_bytes_say()
    {
        await using var server = await WebServer.StartAsync(context => (context.Request.Path.Value switch
        {
            "/1" => new Answer(200, Type: "image/png") { Bytes = Pictures.Png },
            "/2" => new Answer(200, Type: "image/png") { Bytes = Pictures.Jpeg },
            _ => new Answer(200, Type: "text/plain") { Bytes = Pictures.Webp },
        }).WriteAsync(context));
        var images = Images($"{server.Address}1", $"{server.Address}2", $"{server.Address}3");

        Assert.Null(await SaveAsync(images));

        Assert.Equal(["r-1-1.png", "r-1-2.jpg", "r-1-3.webp"], _temp.Names);
        Assert.Equal(["image/png", "image/jpeg", "image/webp"], images.Select(image => image.Image.ContentType));
        foreach (var (image, bytes) in images.Select(image => image.Image).Zip([Pictures.Png, Pictures.Jpeg, Pictures.Webp]))
        {
            Assert.Equal(bytes, await File.ReadAllBytesAsync(image.Path!));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), image.Sha256);
            Assert.Equal((bytes.Length, 40, 30), (image.FileSize, image.Width, image.Height));
            Assert.StartsWith(server.Address.AbsoluteUri, image.Uri, StringComparison.Ordinal);
        }

        Assert.All(server.Requests, seen => Assert.DoesNotContain("Authorization", seen.Headers.Keys));
    }

    [Fact]
    public async Task An_image_inside_the_answer_is_saved_and_its_address_forgotten()
    {
        var images = Images($"data:image/webp;base64,{Convert.ToBase64String(Pictures.Png)}");

        Assert.Null(await SaveAsync(images));

        Assert.Equal(_temp.At("r-1-1.png"), images[0].Image.Path);
        Assert.Null(images[0].Image.Uri);
    }

    [Theory]
    [InlineData("<html>Sign in to continue</html>")]
    [InlineData("These bytes are not an image.")]
    [InlineData("")]
    public async Task What_is_no_image_leaves_nothing_behind(string body)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, body, "image/png"));

        Assert.IsType<InvalidMediaException>(await SaveAsync(Images(server.Address.AbsoluteUri)));

        Assert.Empty(_temp.Names);
    }

    [Fact]
    public async Task A_cut_image_leaves_nothing_behind()
    {
        await using var server =
            await WebServer.AnsweringAsync(new Answer(200, Type: "image/png") { Bytes = Pictures.Png.AsMemory(0, 100) });

        Assert.IsType<InvalidMediaException>(await SaveAsync(Images(server.Address.AbsoluteUri)));

        Assert.Empty(_temp.Names);
    }

    [Fact]
    public async Task One_image_that_fails_does_not_cost_the_others()
    {
        await using var server = await WebServer.StartAsync(context => (context.Request.Path.Value == "/2"
            ? new Answer(404)
            : new Answer(200) { Bytes = Pictures.Png }).WriteAsync(context));
        var images = Images($"{server.Address}1", $"{server.Address}2", $"{server.Address}3");

        var error = await SaveAsync(images);

        Assert.Equal(404, Assert.IsType<DownloadFailedException>(error).StatusCode);
        Assert.Equal(["r-1-1.png", "r-1-3.png"], _temp.Names);
        Assert.Equal([true, false, true], images.Select(image => image.Image.Path is not null));
    }

    [Fact]
    public async Task A_file_in_the_way_is_kept_unless_forced()
    {
        File.WriteAllText(_temp.At("r-1-1.png"), "mine");
        await using var server = await WebServer.AnsweringAsync(new Answer(200) { Bytes = Pictures.Png });

        var error = await SaveAsync(Images(server.Address.AbsoluteUri));

        Assert.Contains("r-1-1.png", Assert.IsType<FileExistsException>(error).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_temp.At("r-1-1.png")));
        Assert.Single(_temp.Names);

        Assert.Null(await SaveAsync(Images(server.Address.AbsoluteUri), force: true));
        Assert.Equal(Pictures.Png, File.ReadAllBytes(_temp.At("r-1-1.png")));
        Assert.Single(_temp.Names);
    }

    [Fact]
    public async Task A_folder_in_the_way_is_an_error_like_any_other()
    {
        Directory.CreateDirectory(_temp.At("r-1-1.png"));
        await using var server = await WebServer.AnsweringAsync(new Answer(200) { Bytes = Pictures.Png });

        Assert.IsType<DownloadFailedException>(await SaveAsync(Images(server.Address.AbsoluteUri), force: true));

        Assert.Equal(["r-1-1.png"], _temp.Names);
    }

    [Fact]
    public async Task The_hosts_name_for_a_file_is_never_used()
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200) { Bytes = Pictures.Png, Headers = [("Content-Disposition", "attachment; filename=../../evil.png")] });
        var images = Images(server.Address.AbsoluteUri);
        images[0].Image.FileName = "../../evil.png";

        Assert.Null(await SaveAsync(images));

        Assert.Equal(["r-1-1.png"], _temp.Names);
    }

    [Fact]
    public async Task A_stop_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nabc");
            await stop.CancelAsync();
            await connection.UntilClosedAsync();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SaveAsync(Images(server.Address.AbsoluteUri), cancellation: stop.Token));

        Assert.Empty(_temp.Names);
    }

    // As a host's answer is read.
    private static IReadOnlyList<HostImage> Images(params string[] addresses) =>
        FalResults.Read(Encoding.UTF8.GetBytes($$"""{"images":[{{string.Join(',', addresses.Select(address => $$"""{"url":"{{address}}"}"""))}}]}"""))!.Images;

    private Task<ImagenException?> SaveAsync(IReadOnlyList<HostImage> images, bool force = false, CancellationToken cancellation = default) =>
        new ImageSaver(
                new OutputFolder(_temp.Path, force),
                new TemplateNames(new FileNameTemplate("{RequestId}-{ImageIndex}"), new FileNameValues { RequestId = "r-1" }))
            .SaveAsync(new MediaSource(new SkippingTime(), TestHost.ThisMachine), images, "r-1", MediaAccess.Public, cancellation).InTime();
}
