using Imagen4.Browser.Tests.Support;
using Imagen4.Core.Gallery;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Gallery;

public sealed class LargeTests(Support.Browser browser) : GalleryTest(browser)
{
    private const int Many = 2000;

    [BrowserFact]
    public Task Two_thousand_embedded_images_are_searched_and_seen() => AssertUsableAsync(new GalleryOptions());

    [BrowserFact]
    public Task Two_thousand_linked_images_are_searched_and_seen() => AssertUsableAsync(new GalleryOptions { Link = true });

    private async Task AssertUsableAsync(GalleryOptions options)
    {
        await OpenAsync(options, [.. Enumerable.Range(1, Many).Select(number => Image($"A fox, number {number}", facts: ("Seed", $"{number}")))]);

        // What is far below the screen is neither laid out nor read.
        Assert.False(await Page.Locator("#gallery > li").Last.Locator("img").EvaluateAsync<bool>("image => image.complete"));
        await Page.GetByRole(AriaRole.Searchbox).FillAsync("number 1999");
        await Assertions.Expect(Cards).ToHaveCountAsync(1);
        await Page.GetByRole(AriaRole.Searchbox).FillAsync("");
        await Assertions.Expect(Page.Locator("#count")).ToHaveTextAsync($"{Many} images");
        await ViewAsync(0);
        await Page.Keyboard.PressAsync("End");
        await Assertions.Expect(Page.Locator("#position")).ToHaveTextAsync($"{Many} of {Many}");
        await Assertions.Expect(Viewer.Locator(".stage img")).ToHaveJSPropertyAsync("naturalWidth", 1);
        await Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Page.Locator("#gallery > li").Last.Locator(".open")).ToBeFocusedAsync();
        await Assertions.Expect(Page.Locator("#gallery > li").Last).ToBeInViewportAsync();
    }
}
