using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class StateFolderTests : EnvironmentTest
{
    [Fact]
    public void A_variable_moves_it()
    {
        Set("IMAGEN4_HOME", Home.At("a/../b"));

        Assert.Equal(Home.At("b"), StateFolder.Path);
    }

    [Theory]
    [InlineData("~")]
    [InlineData("~/state")]
    public void It_may_begin_with_the_sign_for_the_users_folder(string path)
    {
        Set("IMAGEN4_HOME", path);

        Assert.Equal(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..], StateFolder.Path);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("./state")]
    [InlineData("~other/state")]
    public void A_relative_one_is_refused(string path)
    {
        Set("IMAGEN4_HOME", path);

        var error = Assert.Throws<InvalidInputException>(() => StateFolder.Path);
        Set("IMAGEN4_HOME", Home.Path);

        Assert.Equal(
            $"IMAGEN4_HOME must be a full path, and '{path}' is relative: in another directory, it would be another folder, whose ledger does not know what was paid for.",
            error.Message);
    }

    [Theory]
    [InlineData("/state", "/state/imagen4")]
    [InlineData("relative", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Elsewhere_it_follows_the_base_directory_specification(string? variable, string? expected)
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            return;
        }

        Set("IMAGEN4_HOME", null);
        Set("XDG_STATE_HOME", variable);

        Assert.Equal(expected ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state/imagen4"), StateFolder.Path);
        Set("IMAGEN4_HOME", Home.Path);
    }
}
