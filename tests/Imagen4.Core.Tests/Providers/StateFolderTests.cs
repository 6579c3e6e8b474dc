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
