using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Support;

/// <summary>
/// A test in a context of its own. Whatever it does, the page may load nothing from elsewhere, break no rule of its own policy and throw
/// nothing.
/// </summary>
[Collection(Browser.Collection)]
public abstract class BrowserTest(Browser browser) : IAsyncLifetime
{
    private readonly List<string> _requested = [];
    private readonly List<string> _complaints = [];
    private IBrowserContext? _context;

    /// <summary>What the page may load: addresses that begin with this, and what it carries itself.</summary>
    protected abstract string Origin { get; }

    protected IPage Page { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        if (Chromium.Path is not null)
        {
            await OpenContextAsync(new());
        }
    }

    public virtual async Task DisposeAsync()
    {
        if (_context is null)
        {
            return;
        }

        await _context.DisposeAsync();
        Assert.All(_requested, address => Assert.True(
            address.StartsWith(Origin, StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
        Assert.Empty(_complaints);
    }

    protected async Task OpenContextAsync(BrowserNewContextOptions options)
    {
        if (_context is not null)
        {
            await _context.DisposeAsync();
        }

        _context = await browser.NewContextAsync(options);
        await _context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        Page = await _context.NewPageAsync();
        Page.Request += (_, request) => _requested.Add(request.Url);
        Page.PageError += (_, error) => _complaints.Add(error);
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add(message.Text);
            }
        };
    }

    /// <summary>Takes what was meant to be refused, so that it counts no more.</summary>
    protected IReadOnlyList<string> TakeRefusals()
    {
        string[] taken = [.. _complaints];
        _complaints.Clear();
        _requested.Clear();
        return taken;
    }

    /// <summary>Looks for barriers, by all of axe's rules.</summary>
    protected async Task AssertAccessibleAsync()
    {
        var found = await Page.RunAxe();
        Assert.NotEmpty(found.Passes);
        Assert.True(found.Violations.Length == 0, string.Join('\n', found.Violations.Select(Describe)));
    }

    private static string Describe(AxeResultItem item) =>
        $"{item.Id}: {item.Help}: {string.Join("; ", item.Nodes.Select(node => node.Html))}";
}
