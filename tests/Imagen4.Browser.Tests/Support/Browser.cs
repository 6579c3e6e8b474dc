using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Support;

/// <summary>One browser for all tests; each has a context of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    public const string Collection = "Browser";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            await Console.Error.WriteLineAsync("!! The pages were NOT tested in a browser: chromium is not on the PATH.");
            return;
        }

        // Playwright starts it without its sandbox, which root cannot have.
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path });
    }

    public Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options) => _browser!.NewContextAsync(options);

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}

[CollectionDefinition(Browser.Collection)]
public sealed class SharedBrowser : ICollectionFixture<Browser>;
