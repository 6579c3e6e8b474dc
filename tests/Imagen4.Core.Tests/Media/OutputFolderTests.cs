using System.Security.Cryptography;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_folder_is_created_when_it_is_prepared_and_nothing_is_left_in_it()
    {
        var folder = Folder("a/b/c/");

        folder.Check();
        Assert.Empty(_temp.Names);
        folder.Prepare();
        folder.Prepare();

        Assert.Equal(["a", "a/b", "a/b/c"], _temp.Names.Select(name => name.Replace('\\', '/')));
        Assert.Equal(_temp.At(Path.Combine("a", "b", "c")), folder.FullPath);
    }

    [Fact]
    public void A_file_in_its_place_is_refused()
    {
        File.WriteAllText(_temp.At("out"), "mine");

        Assert.Throws<InvalidInputException>(() => Folder("out").Check());
        Assert.Throws<InvalidInputException>(() => Folder("out").Prepare());
        Assert.Throws<InvalidInputException>(() => Folder("out/below").Prepare());
        Assert.Equal("mine", File.ReadAllText(_temp.At("out")));
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    public void A_name_that_is_taken_on_disk_is_refused_whatever_its_format(string extension)
    {
        File.WriteAllText(_temp.At("cover" + extension), "mine");

        var error = Assert.Throws<FileExistsException>(() => Folder("").Claim(isNew: true, "cover"));

        Assert.Contains("Nothing was sent", error.Message, StringComparison.Ordinal);
        Folder("", force: true).Claim(isNew: true, "cover");
    }

    [Fact]
    public void A_name_is_given_to_one_row_of_a_batch_only()
    {
        var folder = Folder("", force: true);
        folder.Claim(isNew: true, "cover");

        Assert.Throws<InvalidInputException>(() => folder.Claim(isNew: true, "COVER"));
        folder.Claim(isNew: true, "cover-2");
    }

    [Fact]
    public void Many_claims_at_once_give_each_name_once()
    {
        var folder = Folder("");
        var given = 0;

        Parallel.For(0, 200, number =>
        {
            if (Record.Exception(() => folder.Claim(isNew: true, $"name-{number % 20}")) is null)
            {
                Interlocked.Increment(ref given);
            }
        });

        Assert.Equal(20, given);
    }

    [Fact]
    public async Task A_file_in_the_way_is_not_overwritten_unless_forced()
    {
        File.WriteAllText(_temp.At("final.png"), "mine");
        File.WriteAllText(_temp.At("draft"), "new");

        await Assert.ThrowsAsync<FileExistsException>(() => PublishAsync(Folder("")));
        Assert.Equal("mine", File.ReadAllText(_temp.At("final.png")));

        await PublishAsync(Folder("", force: true));
        Assert.Equal("new", File.ReadAllText(_temp.At("final.png")));
    }

    [Fact]
    public async Task The_same_bytes_under_the_name_are_the_file_itself()
    {
        File.WriteAllText(_temp.At("final.png"), "new");
        File.WriteAllText(_temp.At("draft"), "new");

        await PublishAsync(Folder(""));

        Assert.Equal("new", File.ReadAllText(_temp.At("final.png")));
    }

    [Fact]
    public void Drafts_are_hidden_and_never_the_same()
    {
        var folder = Folder("");

        Assert.StartsWith(".", Path.GetFileName(folder.Draft("x")), StringComparison.Ordinal);
        Assert.NotEqual(folder.Draft("x"), folder.Draft("x"));
    }

    private Task PublishAsync(OutputFolder folder) => folder.PublishAsync(
        _temp.At("draft"),
        _temp.At("final.png"),
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_temp.At("draft")))),
        CancellationToken.None);

    private OutputFolder Folder(string name, bool force = false) => new(_temp.At(name), force);
}
