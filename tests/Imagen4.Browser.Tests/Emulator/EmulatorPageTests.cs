using System.Net.Http.Json;
using Imagen4.Browser.Tests.Support;
using Imagen4.Emulator;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Emulator;

/// <summary>The emulator's own page, which shows what was submitted and billed.</summary>
public sealed class EmulatorPageTests(Support.Browser browser) : BrowserTest(browser)
{
    private const string Hostile = "<img src=x onerror=\"window.harm = 1\"></td><script>window.harm = 2</script>";

    private EmulatorServer? _server;

    protected override string Origin => _server!.Address.AbsoluteUri;

    private ILocator Rows => Page.Locator("tbody tr");

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { Slots = 4, GenerationTime = TimeSpan.Zero, Time = TimeProvider.System });
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server!.DisposeAsync();
    }

    [BrowserFact]
    public async Task It_shows_what_was_billed_while_it_comes()
    {
        await Page.GotoAsync(Origin);
        await Assertions.Expect(Page.Locator("#bills")).ToHaveTextAsync("0");
        await Assertions.Expect(Page.Locator(".empty")).ToBeVisibleAsync();

        await SubmitAsync("A red fox");
        await SubmitAsync("[emulator:content_policy_violation] no");

        await Assertions.Expect(Page.Locator("#bills")).ToHaveTextAsync("2");
        await Assertions.Expect(Rows).ToHaveCountAsync(2);
        await Assertions.Expect(Rows.Filter(new() { HasText = "A red fox" }).Locator(".COMPLETED")).ToContainTextAsync("done");
        await Assertions.Expect(Rows.Filter(new() { HasText = "A red fox" }).Locator("img")).Not.ToHaveJSPropertyAsync("naturalWidth", 0);
        await Assertions.Expect(Rows.Filter(new() { HasText = "violation" }).Locator(".FAILED")).ToContainTextAsync("content_policy_violation");
    }

    [BrowserFact]
    public async Task A_prompt_is_text()
    {
        await SubmitAsync(Hostile);
        await Page.GotoAsync(Origin);

        await Assertions.Expect(Rows.Locator(".prompt div")).ToHaveTextAsync(Hostile);
        Assert.Null(await Page.EvaluateAsync<int?>("window.harm ?? null"));
    }

    [BrowserFact]
    public Task Nothing_is_a_barrier_in_the_light() => AssertAccessibleAsync(ColorScheme.Light);

    [BrowserFact]
    public Task Nothing_is_a_barrier_in_the_dark() => AssertAccessibleAsync(ColorScheme.Dark);

    private async Task AssertAccessibleAsync(ColorScheme scheme)
    {
        await OpenContextAsync(new() { ColorScheme = scheme });
        await Page.GotoAsync(Origin);
        await Assertions.Expect(Page.Locator("#bills")).ToHaveTextAsync("0");
        await AssertAccessibleAsync();

        await SubmitAsync("A red fox");
        await SubmitAsync("[emulator:content_policy_violation] no");
        await SubmitAsync("[emulator:seconds=600] slow");
        await Assertions.Expect(Rows).ToHaveCountAsync(3);
        await Assertions.Expect(Rows.Locator(".IN_PROGRESS")).ToHaveCountAsync(1);
        await AssertAccessibleAsync();
    }

    private async Task SubmitAsync(string prompt)
    {
        using var client = new HttpClient { BaseAddress = _server!.Address };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Key any");
        using var answer = await client.PostAsJsonAsync("/fal-ai/imagen4/preview", new { prompt });
        answer.EnsureSuccessStatusCode();
    }
}
