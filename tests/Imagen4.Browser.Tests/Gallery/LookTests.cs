using Imagen4.Browser.Tests.Support;
using Imagen4.Core.Gallery;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Gallery;

public sealed class LookTests(Support.Browser browser) : GalleryTest(browser)
{
    [BrowserFact]
    public Task Nothing_is_a_barrier_in_the_light() => AssertAccessibleAsync(ColorScheme.Light);

    [BrowserFact]
    public Task Nothing_is_a_barrier_in_the_dark() => AssertAccessibleAsync(ColorScheme.Dark);

    [BrowserFact]
    public async Task The_system_decides_between_light_and_dark()
    {
        await OpenAsync(Image("one"));

        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        var light = await BackgroundAsync();
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var dark = await BackgroundAsync();

        Assert.True(Brightness(light) > 200, light);
        Assert.True(Brightness(dark) < 50, dark);
    }

    [BrowserFact]
    public async Task Print_has_every_card_and_no_controls()
    {
        await OpenAsync(Image("one"), Image(string.Join(' ', Enumerable.Repeat("long", 60))), Failure("three", "no"));
        await Page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });

        await Assertions.Expect(Page.Locator("#filter")).ToBeHiddenAsync();
        await Assertions.Expect(Cards).ToHaveCountAsync(3);
        Assert.Equal("rgb(255, 255, 255)", await BackgroundAsync());
        var prompt = Cards.Nth(1).Locator(".prompt");
        Assert.True(await prompt.EvaluateAsync<bool>("one => one.scrollHeight <= one.clientHeight + 1"), "the prompt is cut");
        Assert.StartsWith("%PDF-", System.Text.Encoding.Latin1.GetString((await Page.PdfAsync())[..8]), StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task A_narrow_screen_is_not_scrolled_sideways()
    {
        await OpenContextAsync(new() { ViewportSize = new() { Width = 320, Height = 600 } });
        await OpenAsync(
            new GalleryOptions { Title = new string('T', 80) },
            Image(new string('x', 300), new string('m', 90)), Image("two"), Failure("three", new string('e', 200)));

        await AssertFitsAsync();
        await ViewAsync(0);
        await AssertFitsAsync();
        await Page.Keyboard.PressAsync("End");
        await AssertFitsAsync();
    }

    [BrowserFact]
    public async Task An_empty_gallery_says_so()
    {
        await OpenAsync();

        await Assertions.Expect(Page.Locator("#count")).ToHaveTextAsync("0 images");
        await AssertAccessibleAsync();
    }

    private async Task AssertAccessibleAsync(ColorScheme scheme)
    {
        await OpenContextAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await OpenAsync(
            Image("A red fox", facts: [("Seed", "1"), ("Key", "fox")]), Image("A blue owl", "fal-ai/nano-banana"), Failure("three", "Refused."),
            Card([new ImagenImage { Index = 1, Uri = "https://v3.fal.media/a.png" }], ("Prompt", "four"), ("State", "Completed")));

        await AssertAccessibleAsync();
        await Page.GetByRole(AriaRole.Searchbox).FillAsync("nothing of the kind");
        await AssertAccessibleAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        foreach (var card in new[] { 0, 2 })
        {
            await ViewAsync(card);
            await AssertAccessibleAsync();
            await Page.Keyboard.PressAsync("Escape");
        }
    }

    private async Task AssertFitsAsync() =>
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen");

    private Task<string> BackgroundAsync() => Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    private static double Brightness(string colour) => colour[4..^1].Split(',').Average(double.Parse);
}
