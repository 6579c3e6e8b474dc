using Imagen4.Browser.Tests.Support;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Gallery;

public sealed class FilterTests(Support.Browser browser) : GalleryTest(browser)
{
    private ILocator Text => Page.GetByRole(AriaRole.Searchbox);

    private ILocator Count => Page.Locator("#count");

    [BrowserFact]
    public async Task Words_are_searched_in_prompts_and_parameters()
    {
        await OpenAsync(Image("A red fox", facts: ("Seed", "4711")), Image("A red owl"), Image("Ein süßer Fuchs"));

        await Text.FillAsync("fox RED");
        await Assertions.Expect(Cards).ToHaveCountAsync(1);
        await Assertions.Expect(Count).ToHaveTextAsync("1 of 3 shown");
        await Text.FillAsync("471");
        await Assertions.Expect(Cards).ToHaveCountAsync(1);
        await Text.FillAsync("SÜSS");
        await Assertions.Expect(Cards).ToHaveCountAsync(0);
        await Text.FillAsync("SÜß");
        await Assertions.Expect(Cards).ToHaveCountAsync(1);
        await Text.FillAsync("");
        await Assertions.Expect(Cards).ToHaveCountAsync(3);
        await Assertions.Expect(Count).ToHaveTextAsync("3 images");
    }

    [BrowserFact]
    public async Task States_and_models_are_choices()
    {
        await OpenAsync(Image("one"), Image("two", "fal-ai/nano-banana"), Failure("three", "no"));

        await Page.GetByLabel("State").SelectOptionAsync("Failed");
        await Assertions.Expect(Cards).ToContainTextAsync(["three"]);
        await Page.GetByLabel("State").SelectOptionAsync("");
        await Page.GetByLabel("Model").SelectOptionAsync("fal-ai/nano-banana");
        await Assertions.Expect(Cards).ToContainTextAsync(["two"]);
        await Assertions.Expect(Cards).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task Nothing_that_matches_is_said_and_undone()
    {
        await OpenAsync(Image("one"), Image("two"));

        await Text.FillAsync("three");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();

        await Assertions.Expect(Cards).ToHaveCountAsync(2);
        await Assertions.Expect(Text).ToBeFocusedAsync();
        await Assertions.Expect(Text).ToHaveValueAsync("");
    }

    [BrowserFact]
    public async Task A_choice_of_one_is_none()
    {
        await OpenAsync(Image("one"), Image("two"));
        await Assertions.Expect(Page.GetByLabel("Model")).ToBeHiddenAsync();
        await Assertions.Expect(Text).ToBeVisibleAsync();

        await OpenAsync(Image("one"));
        await Assertions.Expect(Text).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task The_viewer_goes_through_what_is_shown()
    {
        await OpenAsync(Image("one fox"), Image("two owl"), Image("three fox"));
        await Text.FillAsync("fox");

        await ViewAsync(0);
        await Assertions.Expect(Page.Locator("#position")).ToHaveTextAsync("1 of 2");
        await Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(Viewer.Locator(".prompt")).ToHaveTextAsync("three fox");
    }
}
