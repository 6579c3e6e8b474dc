using System.Security.Cryptography;
using System.Text.Json;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Protocols.Fal.Storage;
using Imagen4.Core.Tests.Protocols.Fal.Storage;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Files;

public sealed class FileSendingTests : EmulatorTest
{
    [Fact]
    public async Task A_file_is_told_by_its_bytes_where_it_is_an_image_and_by_its_name_otherwise()
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.At("picture.txt"), Pictures.Jpeg);
        await File.WriteAllTextAsync(folder.At("notes.PNG"), "no image");
        await File.WriteAllTextAsync(folder.At("film.MP4"), "no film");

        var jpeg = await SendAsync(folder.At("picture.txt"));
        var text = await SendAsync(folder.At("notes.PNG"));

        Assert.Equal(("image/jpeg", "picture.txt", folder.At("picture.txt"), (long)Pictures.Jpeg.Length, "test"), (
            jpeg.Value!.ContentType, jpeg.Value.FileName, jpeg.Value.Path, jpeg.Value.Size, jpeg.Value.Provider));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Pictures.Jpeg)), jpeg.Value.Sha256);
        Assert.Equal("application/octet-stream", text.Value!.ContentType);
        Assert.Equal("video/mp4", (await SendAsync(folder.At("film.MP4"))).Value!.ContentType);
        Assert.Equal("a/b", (await SendAsync(folder.At("film.MP4"), "a/b")).Value!.ContentType);
        var uploads = JsonElement.Parse(await Admin.GetStringAsync("uploads"));
        Assert.Equal(jpeg.Value.Sha256, uploads[0].GetProperty("sha256").GetString());
        Assert.Equal(jpeg.Value.Uri, uploads[0].GetProperty("url").GetString());
        Assert.Equal(4, uploads.GetArrayLength());
    }

    [Fact]
    public async Task What_is_no_file_with_something_in_it_is_refused_before_anything_is_sent()
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.At("empty.png"), []);
        await File.WriteAllBytesAsync(folder.At("locked.png"), [1]);
        using var locked = new FileStream(folder.At("locked.png"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal($"There is no file {folder.At("gone.png")}.", (await SendAsync(folder.At("gone.png"))).Error!.Message);
        Assert.Equal($"There is no file {folder.At("no/gone.png")}.", (await SendAsync(folder.At("no/gone.png"))).Error!.Message);
        Assert.Equal($"{folder.At("empty.png")} is empty, or not a regular file.", (await SendAsync(folder.At("empty.png"))).Error!.Message);
        Assert.StartsWith($"{folder.Path} is a directory.", (await SendAsync(folder.Path)).Error!.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{folder.At("locked.png")} cannot be read: ", (await SendAsync(folder.At("locked.png"))).Error!.Message, StringComparison.Ordinal);
        Assert.All([folder.At("gone.png"), folder.Path], path => Assert.IsType<InvalidInputException>(Record.Exception(() => FileSending.LengthOf(path))));
        Assert.Empty(await RequestsAsync());
    }

    [Fact]
    public async Task A_file_that_changes_while_it_goes_up_is_refused()
    {
        using var folder = new TempFolder();
        var path = folder.At("film.bin");
        await File.WriteAllBytesAsync(path, new byte[1024 * 1024]);
        using var file = await LocalFile.OpenAsync(path, CancellationToken.None);
        Assert.Equal(1024 * 1024, file.Length);

        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(2));

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => new FalStorage().StoreAsync(
            StorageFile.At(Address), new(file.Name, file.ContentType, file.Length, file.OpenAt), progress: null, CancellationToken.None));
        Assert.StartsWith("The file changed while it was being uploaded.", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(file.RequireUnchanged);
        Assert.All(JsonElement.Parse(await Admin.GetStringAsync("uploads")).EnumerateArray(), upload => Assert.Equal(JsonValueKind.Null, upload.GetProperty("sha256").ValueKind));
    }

    [Fact]
    public async Task A_file_whose_name_goes_meanwhile_goes_up_as_it_was_read()
    {
        // Windows keeps the name of an open file.
        using var folder = new TempFolder();
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await File.WriteAllBytesAsync(folder.At("a.bin"), [1, 2, 3]);
        using var file = await LocalFile.OpenAsync(folder.At("a.bin"), CancellationToken.None);
        File.Delete(folder.At("a.bin"));
        await File.WriteAllTextAsync(folder.At("a.bin"), "something else");

        var stored = await new FalStorage().StoreAsync(
            StorageFile.At(Address), new(file.Name, file.ContentType, file.Length, file.OpenAt), progress: null, CancellationToken.None);

        Assert.Equal([1, 2, 3], await Admin.GetByteArrayAsync(stored.Address));
    }

    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("text/plain; charset=utf-8", "text/plain; charset=utf-8")]
    [InlineData("png", null)]
    [InlineData("a/b\r\nX: y", null)]
    public void A_content_type_is_one(string text, string? taken)
    {
        if (taken is null)
        {
            Assert.Contains("is not a content type such as image/png", Assert.Throws<InvalidInputException>(() => FileSending.ContentType(text)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(taken, FileSending.ContentType(text));
        }
    }

    private async Task<RowOutcome<ImagenFile>> SendAsync(string path, string? type = null)
    {
        var sending = new FileSending(TestClient.Services, new BatchOptions());
        return await sending.SendAsync(StorageFile.At(Address), new FileOrder(path, type), progress: null, CancellationToken.None).InTime();
    }
}
