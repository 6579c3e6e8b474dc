using System.Text;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

public sealed class RealPathTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_there_and_what_is_not_is_itself()
    {
        Directory.CreateDirectory(_folder.At("Out/deep"));
        var here = Path.Combine(RealPath.Of(_folder.Path), "Out", "deep");

        Assert.Equal(here, RealPath.Of(here));
        Assert.Equal(Path.Combine(here, "New", "Deeper"), RealPath.Of(Path.Combine(here, "New", "Deeper")));
    }

    [Fact]
    public void Links_are_followed_wherever_they_are_in_the_path()
    {
        if (OperatingSystem.IsWindows())
        {
            // A link needs a privilege there.
            return;
        }

        var images = Directory.CreateDirectory(_folder.At("real/images")).FullName;
        Directory.CreateDirectory(_folder.At("other/place"));
        Directory.CreateSymbolicLink(_folder.At("whole"), images);
        Directory.CreateSymbolicLink(_folder.At("relative"), "./real");
        Directory.CreateSymbolicLink(_folder.At("other/place/up"), "../../relative/../real");
        Directory.CreateSymbolicLink(_folder.At("twice"), "whole");
        Directory.CreateSymbolicLink(_folder.At("missing"), "real/new");

        Assert.All(
            [_folder.At("whole"), _folder.At("relative/images"), _folder.At("other/place/up/images"), _folder.At("twice")],
            path => Assert.Equal(RealPath.Of(images), RealPath.Of(path)));
        Assert.Equal(RealPath.Of(_folder.At("real/new/below")), RealPath.Of(_folder.At("missing/below")));
    }

    [Fact]
    public void Links_in_a_circle_are_left_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateSymbolicLink(_folder.At("a"), "b");
        Directory.CreateSymbolicLink(_folder.At("b"), "a");

        Assert.Equal(_folder.At("a/x"), RealPath.Of(_folder.At("a/x")));
    }

    // The file systems that fold are not to be had everywhere, nor are those that do not.
    [Theory]
    [InlineData("/home/Me/Out", "/home/Me/Out")]
    [InlineData("/HOME/me/OUT", "/home/Me/Out")]
    [InlineData("/home/me/out/New", "/home/Me/Out/New")]
    [InlineData("/home/me/cafe\u0301", "/home/Me/caf\u00E9")]
    [InlineData("/home/me/other", "/home/Me/other")]
    public void Where_the_file_system_folds_case_its_own_spelling_counts(string written, string real)
    {
        string[] names = ["home", "Me", "Out", "caf\u00E9"];
        var path = new RealPath(path => Fold(path).Split('/', StringSplitOptions.RemoveEmptyEntries).All(part => names.Any(name => Fold(name) == part)), _ => names, _ => null);

        Assert.Equal(real, path.Resolve(written).Replace('\\', '/'));
    }

    [Fact]
    public void Where_it_does_not_both_are_folders_of_their_own()
    {
        string[] there = ["/out", "/Out", "/one"];
        var path = new RealPath(path => there.Contains(path.Replace('\\', '/')), _ => there.Select(name => name[1..]), _ => null);

        Assert.Equal("/out", path.Resolve("/out").Replace('\\', '/'));
        Assert.Equal("/Out", path.Resolve("/Out").Replace('\\', '/'));
        Assert.Equal("/ONE", path.Resolve("/ONE").Replace('\\', '/'));
    }

    private static string Fold(string name) => name.Normalize(NormalizationForm.FormC).ToUpperInvariant().Replace('\\', '/');
}
