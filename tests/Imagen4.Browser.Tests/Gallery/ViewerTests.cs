using System.Text.Json;
using Imagen4.Browser.Tests.Support;
using Imagen4.Core.Gallery;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Gallery;

public sealed class ViewerTests(Support.Browser browser) : GalleryTest(browser)
{
    private ILocator Prompt => Viewer.Locator(".prompt");

    private ILocator Picture => Viewer.Locator(".stage img");

    [BrowserFact]
    public async Task The_keyboard_alone_is_enough()
    {
        await OpenAsync(Image("one"), Image("two"), Image("three"));

        await Cards.Nth(0).Locator(".open").FocusAsync();
        await Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Viewer).ToBeVisibleAsync();
        await Assertions.Expect(Prompt).ToHaveTextAsync("one");
        await Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(Prompt).ToHaveTextAsync("one");
        await Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(Prompt).ToHaveTextAsync("two");
        await Page.Keyboard.PressAsync("End");
        await Assertions.Expect(Prompt).ToHaveTextAsync("three");
        await Page.Keyboard.PressAsync("Home");
        await Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(Page.Locator("#position")).ToHaveTextAsync("2 of 3");

        await Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Viewer).ToBeHiddenAsync();
        await Assertions.Expect(Cards.Nth(1).Locator(".open")).ToBeFocusedAsync();
    }

    [BrowserFact]
    public async Task The_focus_stays_inside_while_it_is_open()
    {
        await OpenAsync(Image("one"), Image("two"));
        await ViewAsync(0);

        for (var step = 0; step < 12; step++)
        {
            await Page.Keyboard.PressAsync("Tab");
            Assert.True(await Page.EvaluateAsync<bool>(
                "document.activeElement === document.body || document.querySelector('#viewer').contains(document.activeElement)"));
        }
    }

    [BrowserFact]
    public async Task Arrows_go_on_after_a_button_has_come_to_the_end()
    {
        await OpenAsync(Image("one"), Image("two"));
        await ViewAsync(0);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Assertions.Expect(Prompt).ToHaveTextAsync("two");
        await Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(Prompt).ToHaveTextAsync("one");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Assertions.Expect(Viewer).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task Prompt_and_parameters_are_copied_as_they_are()
    {
        const string Text = "A \"red\" fox & <b>snow</b>\nsecond line\tend";
        await OpenAsync(Image(Text, facts: [("Seed", "7"), ("AspectRatio", "16:9"), ("WebhookUri", "https://example.com/?token=1")]));
        await ViewAsync(0);

        await Page.GetByRole(AriaRole.Button, new() { Name = "Copy prompt" }).ClickAsync();
        await Assertions.Expect(Viewer.Locator(".copied")).ToHaveTextAsync("Copied");
        Assert.Equal(Text, await ReadClipboardAsync());

        await Page.GetByRole(AriaRole.Button, new() { Name = "Copy all" }).ClickAsync();
        await Assertions.Expect(Viewer.Locator(".copied")).ToHaveTextAsync("Copied");
        var all = JsonElement.Parse(await ReadClipboardAsync());
        Assert.Equal((Text, "7", "16:9"), (At("Prompt"), At("Seed"), At("AspectRatio")));
        Assert.False(all.TryGetProperty("WebhookUri", out _));

        string? At(string name) => all.GetProperty(name).GetString();
    }

    [BrowserFact]
    public async Task Parameters_are_shown_under_their_names()
    {
        await OpenAsync(Image("one", facts: ("AspectRatio", "16:9")));
        await ViewAsync(0);

        await Assertions.Expect(Viewer.Locator("dl div", new() { HasText = "Aspect Ratio" }).Locator("dd")).ToHaveTextAsync("16:9");
        await Assertions.Expect(Viewer.Locator("dl")).Not.ToContainTextAsync("Prompt");
    }

    [BrowserFact]
    public async Task A_failure_says_why()
    {
        await OpenAsync(Image("one"), Failure("two", "The model's checker refused it."));

        await Assertions.Expect(Cards.Nth(1)).ToContainTextAsync("The model's checker refused it.");
        await Assertions.Expect(Cards.Nth(1).Locator(".state")).ToHaveTextAsync("Failed");
        await Assertions.Expect(Cards.Nth(0).Locator(".state")).ToBeHiddenAsync();
        await Assertions.Expect(Page.Locator("#count")).ToHaveTextAsync("1 image, 1 without an image");
        await ViewAsync(1);
        await Assertions.Expect(Viewer.Locator(".stage .reason")).ToHaveTextAsync("The model's checker refused it.");
        await Assertions.Expect(Picture).ToBeHiddenAsync();
        await Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(Picture).ToBeVisibleAsync();
        await Assertions.Expect(Viewer.Locator(".stage .reason")).ToHaveTextAsync("");
    }

    [BrowserFact]
    public async Task An_embedded_image_can_be_saved_under_its_name()
    {
        await OpenAsync(Image("one"));
        await ViewAsync(0);

        await Assertions.Expect(Picture).ToHaveJSPropertyAsync("naturalWidth", 1);
        var download = await Page.RunAndWaitForDownloadAsync(() => Viewer.GetByRole(AriaRole.Link).ClickAsync());
        Assert.Equal("image #1.png", download.SuggestedFilename);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Folder, "image #1.png")), await ReadAsync(download));
    }

    [BrowserFact]
    public async Task A_linked_image_is_read_from_where_it_is()
    {
        await OpenAsync(new GalleryOptions { Link = true }, Image("one"));

        Assert.Equal("image%20%231.png", await Cards.Locator("img").GetAttributeAsync("src"));
        await Assertions.Expect(Cards.Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 1);
        await ViewAsync(0);
        await Assertions.Expect(Picture).ToHaveJSPropertyAsync("naturalWidth", 1);
        await Assertions.Expect(Viewer.GetByRole(AriaRole.Link, new() { Name = "Open image" })).ToBeVisibleAsync();
    }

    private static async Task<byte[]> ReadAsync(IDownload download)
    {
        await using var stream = await download.CreateReadStreamAsync();
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
