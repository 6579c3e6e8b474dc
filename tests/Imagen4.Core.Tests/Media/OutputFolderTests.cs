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

        var error = Assert.Throws<InvalidInputException>(() => Folder("out").Check());
        Assert.Equal((_temp.At("out"), "OutputDirectory"), (Folder("out").FullPath, error.Parameter));
        Assert.Equal($"The output directory {_temp.At("out")} is a file.", error.Message);
        Assert.Equal(error.Message, Assert.Throws<InvalidInputException>(() => Folder("out").Prepare()).Message);
        Assert.StartsWith(
            $"The output directory {Folder("out/below").FullPath} cannot be",
            Assert.Throws<InvalidInputException>(() => Folder("out/below").Prepare()).Message,
            StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_temp.At("out")));
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    public void A_name_that_is_taken_on_disk_is_refused_whatever_its_format(string extension)
    {
        File.WriteAllText(_temp.At("cover" + extension), "mine");

        var error = Assert.Throws<FileExistsException>(() => Claim(Folder(""), "cover"));

        Assert.Contains("Nothing was sent", error.Message, StringComparison.Ordinal);
        Assert.Equal(_temp.At("cover" + extension), error.File);
        Claim(Folder("", force: true), "cover");
        Claim(Folder(""), "cover", isNew: false);
    }

    [Fact]
    public void A_row_gets_all_of_its_names_or_none()
    {
        File.WriteAllText(_temp.At("b.png"), "mine");
        var folder = Folder("");

        Assert.Throws<FileExistsException>(() => folder.Claim(isNew: true, ["a", "b"], ["a.png", "b.png"]));
        Claim(folder, "a");
        var error = Assert.Throws<InvalidInputException>(() => folder.Claim(isNew: true, ["c", "a"], ["c.png", "a.png"]));
        Claim(folder, "c");

        Assert.StartsWith("Two rows of this batch would be saved as 'a'.", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.NextCommand);
    }

    [Fact]
    public void A_folder_is_prepared_once()
    {
        var folder = Folder("out");
        folder.Prepare();
        Directory.Delete(_temp.At("out"));

        folder.Prepare();

        Assert.Empty(_temp.Names);
        Folder("out").Prepare();
        Assert.Equal(["out"], _temp.Names);
    }

    [Theory]
    [InlineData("cover.png")]
    [InlineData("cover.jpg")]
    [InlineData("cover.png.json")]
    public void A_name_is_taken_by_an_image_and_by_what_is_beside_one(string file)
    {
        var folder = Folder("");
        Assert.False(folder.Has("cover"));

        File.WriteAllText(_temp.At(file), "mine");

        Assert.True(folder.Has("cover"));
        Assert.False(folder.Has("cov"));
    }

    [Fact]
    public void A_path_is_within_the_folder_by_either_of_its_names()
    {
        Directory.CreateDirectory(_temp.At("real"));
        Directory.CreateSymbolicLink(_temp.At("link"), _temp.At("real"));
        var folder = Folder("link");

        Assert.Equal("a.png", folder.Within(_temp.At("link/a.png")));
        Assert.Equal(Path.Combine("sub", "a.png"), folder.Within(Path.Combine(folder.RealPath, "sub", "a.png")));
        Assert.Equal(Path.Combine("..sub", "a.png"), folder.Within(_temp.At("link/..sub/a.png")));
        Assert.Null(folder.Within(_temp.At("a.png")));
        Assert.Null(folder.Within(_temp.At("linked/a.png")));
    }

    [Fact]
    public void What_is_created_later_does_not_change_where_the_folder_is()
    {
        Directory.CreateDirectory(_temp.At("real"));
        var folder = Folder("link");
        var before = folder.RealPath;

        Directory.CreateSymbolicLink(_temp.At("link"), _temp.At("real"));

        Assert.Equal(before, folder.RealPath);
        Assert.NotEqual(before, Folder("link").RealPath);
    }

    [Fact]
    public async Task What_a_killed_process_left_of_a_request_is_removed_and_no_more()
    {
        var folder = Folder("");
        File.WriteAllText(folder.Draft("r/1"), "left");
        File.WriteAllText(folder.Draft("r-2"), "left");
        await using var written = folder.CreateDraft("r/1");

        folder.RemoveLeft("r/1");

        Assert.Equal(2, _temp.Names.Count);
        Assert.Contains(Path.GetFileName(written.Name), _temp.Names);
        Assert.Single(_temp.Names, name => name.StartsWith(".r-2.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_this_batch_has_saved_is_not_overwritten_by_another_image_even_if_forced()
    {
        var folder = Folder("", force: true);
        Assert.True(await SaveAsync(folder, "first", "r-1"));

        var error = await Assert.ThrowsAsync<FileExistsException>(() => SaveAsync(folder, "second", "r-2"));
        Assert.Contains("saved by this very command", error.Message, StringComparison.Ordinal);
        Assert.Equal("first", File.ReadAllText(_temp.At("final.png")));

        Assert.True(await SaveAsync(folder, "first", "r-1"));
    }

    [Fact]
    public async Task What_is_beside_an_image_goes_with_it_when_it_is_replaced()
    {
        var sidecar = _temp.At("final.png.json");
        File.WriteAllText(sidecar, "{}");
        Assert.True(await SaveAsync(Folder("", force: true), "first", "r-1"));
        Assert.True(File.Exists(sidecar));

        Assert.True(await SaveAsync(Folder("", force: true), "second", "r-1"));
        Assert.False(File.Exists(sidecar));
    }

    [Fact]
    public async Task Other_bytes_of_the_same_length_are_another_file()
    {
        File.WriteAllText(_temp.At("final.png"), "old");

        var error = await Assert.ThrowsAsync<FileExistsException>(() => SaveAsync(Folder(""), "new", "r-1"));

        Assert.Equal($"{_temp.At("final.png")} already exists and was not overwritten.", error.Message);
        Assert.Equal("old", File.ReadAllText(_temp.At("final.png")));
    }

    [Fact]
    public async Task A_link_to_the_same_bytes_is_the_file_itself_and_one_that_leads_nowhere_is_in_the_way()
    {
        File.WriteAllText(_temp.At("kept.png"), "new");
        File.CreateSymbolicLink(_temp.At("final.png"), _temp.At("kept.png"));
        Assert.False(await SaveAsync(Folder(""), "new", "r-1"));

        File.Delete(_temp.At("kept.png"));
        await Assert.ThrowsAsync<FileExistsException>(() => SaveAsync(Folder(""), "new", "r-1"));
    }

    [Fact]
    public void A_name_is_given_to_one_row_of_a_batch_only()
    {
        var folder = Folder("", force: true);
        Claim(folder, "cover");

        Assert.Throws<InvalidInputException>(() => Claim(folder, "COVER"));
        Claim(folder, "cover-2");
    }

    [Theory]
    [InlineData("a", "a.png/b", "a.png/b", "a.png")]
    [InlineData("a.png/b", "a", "a.png/b", "a.png")]
    [InlineData("A", "a.PNG/b/c", "a.PNG/b/c", "a.PNG")]
    [InlineData("x/a.webp/b/c", "x/a", "x/a.webp/b/c", "x/a.webp")]
    public void A_name_that_would_be_a_file_and_a_folder_is_given_to_one_row_only(string first, string second, string name, string both)
    {
        var folder = Folder("", force: true);
        Claim(folder, Native(first));

        var error = Assert.Throws<InvalidInputException>(() => Claim(folder, Native(second)));

        Assert.Equal(
            $"Two rows of this batch would be saved as '{Native(name)}' and '{Native(both)}', where '{Native(both)}' cannot be both a folder and a file. "
                + "Nothing was sent for this one; change the FileName of one of them.",
            error.Message);
        Claim(folder, Native("a.pngs/b"));
        Claim(folder, Native("x/b"));

        static string Native(string path) => path.Replace('/', Path.DirectorySeparatorChar);
    }

    [Fact]
    public void A_name_that_was_not_given_after_all_is_free_for_another_row()
    {
        var folder = Folder("");
        var within = Path.Combine("a.png", "b");
        Directory.CreateDirectory(_temp.At("a.png"));
        File.WriteAllText(_temp.At(within + ".jpg"), "mine");
        Assert.Throws<FileExistsException>(() => Claim(folder, within));
        File.Delete(_temp.At(within + ".jpg"));

        Assert.Equal(
            $"{_temp.At("a.png")} is a directory, and the image of this row could have that name. Nothing was sent; change -FileName.",
            Assert.Throws<InvalidInputException>(() => Claim(folder, "a")).Message);
        Directory.Delete(_temp.At("a.png"));

        Claim(folder, "a");
        Assert.Throws<InvalidInputException>(() => Claim(folder, within));
    }

    [Fact]
    public void A_folder_that_a_row_needs_is_no_free_name()
    {
        var folder = Folder("");
        Assert.False(folder.Has("a"));
        Claim(folder, Path.Combine("a.png", "b"));

        Assert.True(folder.Has("a"));
        Assert.False(folder.Has("b"));
    }

    [Fact]
    public void Many_claims_at_once_give_each_name_once()
    {
        var folder = Folder("");
        var given = 0;

        Parallel.For(0, 200, number =>
        {
            if (Record.Exception(() => Claim(folder, $"name-{number % 20}")) is null)
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

        Assert.True(await PublishAsync(Folder("", force: true)));
        Assert.Equal("new", File.ReadAllText(_temp.At("final.png")));
    }

    [Fact]
    public async Task The_same_bytes_under_the_name_are_the_file_itself()
    {
        File.WriteAllText(_temp.At("final.png"), "new");
        File.WriteAllText(_temp.At("draft"), "new");

        Assert.False(await PublishAsync(Folder("")));

        Assert.True(File.Exists(_temp.At("draft")));
        Assert.Equal("new", File.ReadAllText(_temp.At("final.png")));
    }

    [Fact]
    public async Task Of_several_processes_that_save_under_the_same_name_at_the_same_moment_one_gets_it()
    {
        const int Names = 400;
        var processes = Enumerable.Range(0, 3).Select(_ => TortureProcess.Start("names", _temp.Path, $"{Names}")).ToList();
        try
        {
            for (var name = 0; name < Names; name++)
            {
                Assert.All(await Task.WhenAll(processes.Select(process => process.ReadAsync())), said => Assert.Equal("ready", said));
                processes.ForEach(process => process.Go());
                var said = await Task.WhenAll(processes.Select(process => process.ReadAsync()));

                var winner = processes[Assert.Single(Enumerable.Range(0, 3), index => said[index] == "got")];
                Assert.Equal($"{winner.Id}", await File.ReadAllTextAsync(_temp.At($"{name}.png")));
            }
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    [Fact]
    public async Task Of_two_batches_that_save_under_the_same_names_at_the_same_moment_one_gets_each()
    {
        const int Names = 1000;
        using var together = new Barrier(2);
        var got = await Task.WhenAll(Enumerable.Range(1, 2).Select(batch => Task.Factory.StartNew(
            () => Enumerable.Range(0, Names).Where(name => TrySave(batch, name)).ToList(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.Equal(Enumerable.Range(0, Names), got.SelectMany(names => names).Order());
        Assert.All(got[0], name => Assert.Equal("batch 1", File.ReadAllText(_temp.At($"{name}.png"))));
        Assert.All(got[1], name => Assert.Equal("batch 2", File.ReadAllText(_temp.At($"{name}.png"))));

        // Folders of their own, as two commands have them.
        bool TrySave(int batch, int name)
        {
            var folder = Folder("");
            var draft = folder.Draft($"{name}");
            File.WriteAllText(draft, $"batch {batch}");
            var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(draft)));
            together.SignalAndWait();
            var final = folder.At($"{name}.png");
            // Each is on a thread of its own, where the barrier lets both go at the same moment.
            return Record.Exception(() => folder.PublishAsync(draft, final, hash, CancellationToken.None).GetAwaiter().GetResult()) is null;
        }
    }

    [Fact]
    public void Whichever_way_a_file_is_renamed_it_replaces_nothing_and_one_of_several_gets_the_name()
    {
        const int Names = 200;
        var way = 0;
        foreach (var tryMove in ExclusiveRename.Ways)
        {
            way++;
            for (var name = 0; name < Names; name++)
            {
                var final = _temp.At($"{way}-{name}.png");
                var drafts = Enumerable.Range(0, 4).Select(number => $"{final}.{number}").ToList();
                drafts.ForEach(draft => File.WriteAllText(draft, draft));
                var got = drafts.AsParallel().WithDegreeOfParallelism(drafts.Count)
                    .Select(draft => (draft, IsMoved: TryMove(tryMove, draft, final))).ToList();

                Assert.Equal(Assert.Single(got, one => one.IsMoved).draft, File.ReadAllText(final));
                Assert.All(got, one => Assert.Equal(!one.IsMoved, File.Exists(one.draft)));
            }
        }

        Assert.Equal(0, _temp.Names.Count(name => name.EndsWith(".reserved", StringComparison.Ordinal)));

        // The last way refuses a name while somebody is just taking it; the others know.
        static bool TryMove(Func<string, string, bool?> way, string from, string to)
        {
            try
            {
                return Assert.NotNull(way(from, to));
            }
            catch (IOException) when (way == ExclusiveRename.Ways[^1])
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_folder_under_the_name_is_in_the_way_too()
    {
        Directory.CreateDirectory(_temp.At("final.png"));
        File.WriteAllText(_temp.At("draft"), "new");

        await Assert.ThrowsAsync<FileExistsException>(() => PublishAsync(Folder("")));
    }

    [Fact]
    public async Task A_subfolder_that_is_a_link_leads_nowhere_else()
    {
        Directory.CreateDirectory(_temp.At("out"));
        Directory.CreateDirectory(_temp.At("elsewhere"));
        Directory.CreateSymbolicLink(_temp.At("out/link"), _temp.At("elsewhere"));
        Directory.CreateDirectory(_temp.At("out/real"));
        Directory.CreateSymbolicLink(_temp.At("out/inner"), _temp.At("out/real"));
        File.WriteAllText(_temp.At("draft"), "new");
        var folder = Folder("out");

        Assert.Contains("leads out of", Assert.Throws<InvalidInputException>(() => Claim(folder, "link/x")).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidInputException>(
            () => folder.PublishAsync(_temp.At("draft"), folder.At("link/deep/x.png"), "", CancellationToken.None));
        Assert.Empty(Directory.GetFileSystemEntries(_temp.At("elsewhere")));

        Claim(folder, "inner/x");
        Assert.True(await folder.PublishAsync(_temp.At("draft"), folder.At("inner/x.png"), "", CancellationToken.None));
        Assert.True(File.Exists(_temp.At("out/real/x.png")));
    }

    [Fact]
    public void A_file_in_the_place_of_a_subfolder_is_refused()
    {
        File.WriteAllText(_temp.At("taken"), "mine");

        var error = Assert.Throws<InvalidInputException>(() => Claim(Folder(""), "taken/x"));
        Assert.Equal($"The output directory {_temp.At("taken")} is a file.", error.Message);
        Assert.Equal(error.Message, Assert.Throws<InvalidInputException>(() => Claim(Folder(""), "taken/deep/x")).Message);
    }

    [Fact]
    public void Drafts_are_hidden_and_never_the_same()
    {
        var folder = Folder("");

        Assert.StartsWith(".", Path.GetFileName(folder.Draft("x")), StringComparison.Ordinal);
        Assert.NotEqual(folder.Draft("x"), folder.Draft("x"));
    }

    [Fact]
    public void A_probe_that_a_killed_process_left_is_removed_and_one_that_is_in_use_stays()
    {
        var left = _temp.At($".probe.{Guid.NewGuid():N}.partial");
        File.WriteAllText(left, "");
        using var used = PartialFiles.CreateProbe(_temp.At(""));

        Folder("").Prepare();

        Assert.False(File.Exists(left));
        Assert.True(File.Exists(used.Name));
    }

    private Task<bool> PublishAsync(OutputFolder folder) => folder.PublishAsync(
        _temp.At("draft"),
        _temp.At("final.png"),
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_temp.At("draft")))),
        CancellationToken.None);

    private async Task<bool> SaveAsync(OutputFolder folder, string content, string owner)
    {
        var draft = folder.Draft(owner);
        await File.WriteAllTextAsync(draft, content);
        return await folder.PublishAsync(
            draft, _temp.At("final.png"), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(draft))), CancellationToken.None);
    }

    private static void Claim(OutputFolder folder, string name, bool isNew = true) =>
        folder.Claim(isNew, [name], [.. MediaType.Extensions.Select(extension => name + extension)]);

    private OutputFolder Folder(string name, bool force = false) => new(_temp.At(name), force);
}
