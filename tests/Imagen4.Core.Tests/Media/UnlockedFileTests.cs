using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

/// <summary>Whoever can read a file can lock it: that must not keep its owner from reading it.</summary>
public sealed class UnlockedFileTests(Xunit.Abstractions.ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _home = new();

    [Fact]
    public async Task A_file_that_another_has_locked_is_read()
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("!! NOT RUN: a lock on Windows is the system's own word.");
            return;
        }

        var path = _home.At("a.bin");
        await File.WriteAllBytesAsync(path, [1, 2, 3]);
        using var locked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Throws<IOException>(() => File.OpenRead(path).Dispose());

        await using var file = UnlockedFile.Open(path);
        var read = new byte[4];
        Assert.Equal(3, await file.ReadAsync(read));
        Assert.Equal([1, 2, 3, 0], read);
    }

    [Fact]
    public void A_file_that_is_not_there_is_said_to_be()
    {
        Assert.Throws<FileNotFoundException>(() => UnlockedFile.Open(_home.At("none")).Dispose());
        Assert.Throws<DirectoryNotFoundException>(() => UnlockedFile.OpenHandle(_home.At("none/none")).Dispose());
    }

    public void Dispose() => _home.Dispose();
}
