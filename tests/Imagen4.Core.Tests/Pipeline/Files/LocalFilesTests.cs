using System.Diagnostics;
using System.Security.Cryptography;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Files;

public sealed class LocalFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LocalFiles _files = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_is_named_by_its_content()
    {
        var path = Write("fox.png", Pictures.Png);

        var file = await _files.AddImageAsync(path, CancellationToken.None);

        Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(Pictures.Png)), path), (file.Sha256, file.Path));
        Assert.True(_files.Find(file)!.IsImage);
    }

    [Fact]
    public async Task A_file_that_was_written_to_between_two_rows_is_read_again()
    {
        var path = Write("fox.png", Pictures.Png);
        var before = await _files.AddImageAsync(path, CancellationToken.None);
        Write("fox.png", Pictures.Jpeg);

        Assert.NotEqual(before, await _files.AddImageAsync(path, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_of_a_record_that_is_no_image_is_refused_whatever_its_name_is()
    {
        var path = Write("secret.png", "-----BEGIN OPENSSH PRIVATE KEY-----"u8.ToArray());

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => _files.AddImageAsync(path, CancellationToken.None));

        Assert.Equal($"'{path}' is not an image: for a row, only files whose first bytes are those of a PNG, JPEG, WebP, GIF or AVIF are read. Send-ImagenFile uploads any other file. Nothing was sent.", error.Message);
        Assert.Null((await _files.AddAsync(path, CancellationToken.None)).Path);
    }

    [Fact]
    public async Task What_is_no_file_is_told_from_what_is_not_there()
    {
        Assert.Equal($"There is no file {_folder.At("gone.png")}.", await MessageAsync("gone.png"));
        Assert.Equal($"{_folder.Path} is a directory. -ImagePath takes files, without wildcards.", await MessageAsync(""));
        Write("empty.png", []);
        Assert.Equal($"{_folder.At("empty.png")} is empty, or not a regular file.", await MessageAsync("empty.png"));
    }

    [SkippableFact]
    public async Task A_pipe_is_not_waited_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "A named pipe is no path there.");
        using var made = Process.Start("mkfifo", _folder.At("pipe.png"));
        await made.WaitForExitAsync();

        Assert.Equal($"{_folder.At("pipe.png")} is empty, or not a regular file.", await MessageAsync("pipe.png").InTime());
        Assert.Equal("/dev/zero is empty, or not a regular file.", await MessageAsync("/dev/zero").InTime());
    }

    [SkippableFact]
    public async Task A_link_is_what_it_leads_to()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links want rights there.");
        using var made = Process.Start("mkfifo", _folder.At("pipe"));
        await made.WaitForExitAsync();
        File.CreateSymbolicLink(_folder.At("to-pipe.png"), _folder.At("pipe"));
        File.CreateSymbolicLink(_folder.At("to-fox.png"), Write("fox.png", Pictures.Png));

        Assert.Equal($"{_folder.At("to-pipe.png")} is empty, or not a regular file.", await MessageAsync("to-pipe.png").InTime());
        var file = await _files.AddImageAsync(_folder.At("to-fox.png"), CancellationToken.None);
        Assert.True(_files.Find(file)!.IsUnchanged());

        Write("owl.png", Pictures.Jpeg);
        File.Delete(_folder.At("to-fox.png"));
        File.CreateSymbolicLink(_folder.At("to-fox.png"), _folder.At("owl.png"));
        Assert.False(_files.Find(file)!.IsUnchanged());
    }

    [Fact]
    public async Task A_file_that_was_refused_is_not_known_by_its_content()
    {
        var path = Write("pin.txt", "1234"u8.ToArray());
        await Assert.ThrowsAsync<InvalidInputException>(() => _files.AddImageAsync(path, CancellationToken.None));
        var digest = Convert.ToHexStringLower(SHA256.HashData("1234"u8));

        Assert.Null(_files.Find(new FileReference(digest, null)));
        Assert.Null(_files.Find(new FileReference(digest, path)));
        Assert.NotNull(_files.Find(await _files.AddAsync(path, CancellationToken.None)));
        Assert.Null(_files.Find(new FileReference(digest, path)));
    }

    [Fact]
    public async Task What_goes_up_is_what_was_checked()
    {
        var file = await _files.AddImageAsync(Write("fox.png", Pictures.Png), CancellationToken.None);
        Write("fox.png", "not what it was"u8.ToArray());

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => _files.Find(file)!.OpenAsync(CancellationToken.None));

        Assert.Equal($"{_folder.At("fox.png")} was changed, or replaced, after it was checked. Nothing was sent for this row.", error.Message);
    }

    [Fact]
    public async Task An_open_file_stays_what_it_is_when_another_takes_its_name_and_tells_when_it_is_written_to()
    {
        var file = await _files.AddImageAsync(Write("fox.png", Pictures.Png), CancellationToken.None);
        using var open = await _files.Find(file)!.OpenAsync(CancellationToken.None);
        File.Move(Write("other.png", Pictures.Jpeg), _folder.At("fox.png"), overwrite: true);

        using var read = new MemoryStream();
        await open.Content.Open(0).CopyToAsync(read);
        Assert.Equal(Pictures.Png, read.ToArray());
        open.RequireUnchanged();
    }

    [Fact]
    public async Task Parts_of_a_file_are_read_side_by_side()
    {
        var file = await _files.AddImageAsync(Write("fox.png", Pictures.Png), CancellationToken.None);
        using var open = await _files.Find(file)!.OpenAsync(CancellationToken.None);

        var (first, second) = (open.Content.Open(0), open.Content.Open(8));
        var (head, later) = (new byte[8], new byte[4]);
        await first.ReadExactlyAsync(head);
        await second.ReadExactlyAsync(later);
        var next = new byte[4];
        await first.ReadExactlyAsync(next);

        Assert.Equal(Pictures.Png[..8], head);
        Assert.Equal(Pictures.Png[8..12], later);
        Assert.Equal(later, next);
    }

    private async Task<string> MessageAsync(string name) =>
        (await Assert.ThrowsAsync<InvalidInputException>(() => _files.AddImageAsync(_folder.At(name).TrimEnd('/'), CancellationToken.None))).Message;

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.At(name), bytes);
        return _folder.At(name);
    }
}
