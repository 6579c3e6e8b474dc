using Imagen4.Browser.Tests.Support;
using Imagen4.Core.Gallery;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Gallery;

/// <summary>Prompts, errors and addresses are data, whatever they look like.</summary>
public sealed class HostileTests(Support.Browser browser) : GalleryTest(browser)
{
    private const string Hostile = "</script></style></title><img src=x onerror=\"window.harm = 1\"><script>window.harm = 2</script>"
        + "<svg onload='window.harm = 3'> {{script}} &lt;b&gt; \" onmouseover=\"window.harm = 4\" ' -->";

    [BrowserFact]
    public async Task Markup_is_shown_and_does_nothing()
    {
        await OpenAsync(
            new GalleryOptions { Title = Hostile },
            Image(Hostile, Hostile, ("Key", Hostile), ("Description", Hostile), ("AdditionalInput", Hostile)),
            Failure(Hostile, Hostile));

        await Assertions.Expect(Page.Locator("h1")).ToHaveTextAsync(Hostile);
        await Assertions.Expect(Cards).ToHaveCountAsync(2);
        await Assertions.Expect(Cards.Nth(1).Locator(".reason")).ToHaveTextAsync(Hostile);
        await Cards.Nth(0).Locator(".prompt").HoverAsync();
        await ViewAsync(0);
        await Assertions.Expect(Viewer.Locator(".prompt")).ToHaveTextAsync(Hostile);
        await Assertions.Expect(Viewer.Locator("dd").Last).ToBeVisibleAsync();
        await Page.Keyboard.PressAsync("ArrowRight");
        await Page.Keyboard.PressAsync("Escape");
        Assert.Null(await Page.EvaluateAsync<int?>("window.harm ?? null"));
        Assert.Equal(1, await Page.Locator("script").CountAsync());
        Assert.Equal(2, await Page.Locator("img").CountAsync());
    }

    [BrowserFact]
    public async Task Control_characters_and_broken_text_are_copied_or_replaced()
    {
        const string Text = "bell\u0007 escape\u001b[31m zero\u200bwidth";
        await OpenAsync(Image(Text), Image("half \ud83e character"), Image("nothing\0here"));

        await ViewAsync(0);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Copy prompt" }).ClickAsync();
        await Assertions.Expect(Viewer.Locator(".copied")).ToHaveTextAsync("Copied");
        Assert.Equal(Text, await ReadClipboardAsync());
        await Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(Viewer.Locator(".prompt")).ToHaveTextAsync("half \ufffd character");
    }

    [BrowserFact]
    public async Task Text_that_turns_around_turns_nothing_but_itself()
    {
        await OpenAsync(Image("abc \u202e def", facts: ("Key", "after \u202e that")), Image("مقهى قديم"));

        var isolated = await Page.Locator("h1, .prompt, .about bdi")
            .EvaluateAllAsync<string[]>("all => all.map(one => getComputedStyle(one).unicodeBidi)");
        Assert.All(isolated, style => Assert.Equal("isolate", style));
        Assert.Equal("rtl", await Cards.Nth(1).Locator(".prompt").EvaluateAsync<string>("one => getComputedStyle(one).direction"));
    }

    [BrowserFact]
    public async Task Only_an_address_of_the_web_is_a_link()
    {
        await OpenAsync(
            Card([new ImagenImage { Index = 1, Uri = "https://v3.fal.media/a.png" }], ("Prompt", "one"), ("State", "Completed")),
            Card([new ImagenImage { Index = 1, Uri = "javascript:window.harm=1" }], ("Prompt", "two"), ("State", "Completed")),
            Card([new ImagenImage { Index = 1, Uri = "data:text/html;base64,PGI+" }], ("Prompt", "three"), ("State", "Completed")),
            Card([new ImagenImage { Index = 1, Uri = "data:image/svg+xml;base64,PGI+" }], ("Prompt", "four"), ("State", "Completed")),
            Card([new ImagenImage { Index = 1, Uri = "file:///etc/passwd" }], ("Prompt", "five"), ("State", "Completed")));

        await ViewAsync(0);
        await Assertions.Expect(Viewer.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", "https://v3.fal.media/a.png");
        for (var card = 1; card < 5; card++)
        {
            await Page.Keyboard.PressAsync("ArrowRight");
            await Assertions.Expect(Page.Locator("#position")).ToHaveTextAsync($"{card + 1} of 5");
            await Assertions.Expect(Viewer.GetByRole(AriaRole.Link)).ToHaveCountAsync(0);
        }

        Assert.Equal(0, await Page.Locator("#gallery img").CountAsync());
    }

    [BrowserFact]
    public async Task A_file_that_is_no_image_is_not_carried_into_the_page()
    {
        var secret = Path.Combine(Folder, "secret.png");
        await File.WriteAllTextAsync(secret, "a password");
        var page = new GalleryPage(Path.Combine(Folder, "gallery.html"), new GalleryOptions());

        var outcome = await page.WriteAsync([Card([new ImagenImage { Index = 1, Path = secret }], ("Prompt", "one"))], default);

        Assert.StartsWith(secret, Assert.Single(outcome.Unread).Reason, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(outcome.File.FullName);
        Assert.DoesNotContain(Convert.ToBase64String("a password"u8)[..10], text, StringComparison.Ordinal);
        await Page.GotoAsync(new Uri(outcome.File.FullName).AbsoluteUri);
        await Assertions.Expect(Cards).ToContainTextAsync("secret.png could not be read");
    }

    [BrowserFact]
    public async Task What_is_not_the_pages_own_is_refused_by_its_policy()
    {
        await OpenAsync(Image("one"));

        await AddAsync("script", "{ textContent: 'window.harm = 1' }");
        await AddAsync("img", "{ src: 'https://example.com/x.png' }");
        await AddAsync("style", "{ textContent: 'p { color: red }' }");

        // Each is said, so that a test which breaks a rule without meaning to fails at its end.
        Assert.Null(await Page.EvaluateAsync<int?>("window.harm ?? null"));
        var said = TakeRefusals();
        Assert.Contains(said, text => text.Contains("script-src", StringComparison.Ordinal));
        Assert.Contains(said, text => text.Contains("img-src", StringComparison.Ordinal));
        Assert.Contains(said, text => text.Contains("style-src", StringComparison.Ordinal));
    }

    private async Task AddAsync(string name, string members) =>
        await Page.EvaluateAsync($"document.body.append(Object.assign(document.createElement('{name}'), {members}))");
}
