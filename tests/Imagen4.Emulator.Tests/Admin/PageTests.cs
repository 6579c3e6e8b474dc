using System.Text.RegularExpressions;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

public sealed class PageTests : EmulatorTest
{
    [Fact]
    public async Task Page_is_one_file_that_loads_nothing_from_elsewhere()
    {
        var page = await Client.GetAsync("/");

        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type")));
        Assert.Contains("<title>Imagen4 emulator</title>", page.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("""(src|href|url\()\s*=?\s*["']?(https?:)?//"""), page.Text);
        Assert.DoesNotContain("innerHTML", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/_emulator")]
    [InlineData("/_emulator/nothing")]
    [InlineData("/nothing")]
    public async Task Other_paths_are_not_found(string path)
    {
        Assert.Equal(404, (await Client.GetAsync(path)).Status);
    }
}
