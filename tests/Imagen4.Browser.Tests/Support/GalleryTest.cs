using Imagen4.Core.Gallery;
using Microsoft.Playwright;

namespace Imagen4.Browser.Tests.Support;

/// <summary>A test of a gallery that is written to a folder of the test and opened from there.</summary>
public abstract class GalleryTest(Browser browser) : BrowserTest(browser)
{
    // One pixel: what it shows is its colour.
    private const string Pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imagen4-gallery-");

    private int _images;

    protected override string Origin => new Uri(_folder.FullName).AbsoluteUri;

    protected string Folder => _folder.FullName;

    protected ILocator Cards => Page.Locator("#gallery > li:not([hidden])");

    protected ILocator Viewer => Page.Locator("#viewer");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A card with an image.</summary>
    protected GalleryCard Image(string prompt, string model = "fal-ai/imagen4/preview", params (string Name, string Value)[] facts)
    {
        // Bytes behind its end make every one another image, so that none is there because another is.
        var path = Path.Combine(Folder, $"image #{++_images}.png");
        File.WriteAllBytes(path, [.. Convert.FromBase64String(Pixel), .. BitConverter.GetBytes(_images)]);

        return Card([new ImagenImage { Index = 1, Path = path }], [("Prompt", prompt), ("Model", model), ("State", "Delivered"), .. facts]);
    }

    /// <summary>A card without one.</summary>
    protected static GalleryCard Failure(string prompt, string error) =>
        Card([], [("Prompt", prompt), ("Model", "fal-ai/imagen4/preview"), ("State", "Failed"), ("Error", error)]);

    protected static GalleryCard Card(IReadOnlyList<ImagenImage> images, params (string Name, string Value)[] facts) =>
        GalleryCard.Of(name => facts.FirstOrDefault(fact => fact.Name == name).Value, images)[0];

    protected async Task<string> WriteAsync(GalleryOptions options, params GalleryCard[] cards)
    {
        var path = Path.Combine(Folder, "gallery.html");
        await new GalleryPage(path, options).WriteAsync(cards, CancellationToken.None);
        return path;
    }

    protected Task OpenAsync(params GalleryCard[] cards) => OpenAsync(new GalleryOptions(), cards);

    protected async Task OpenAsync(GalleryOptions options, params GalleryCard[] cards) =>
        await Page.GotoAsync(new Uri(await WriteAsync(options, cards)).AbsoluteUri);

    /// <summary>Opens the viewer with a card, as a click does.</summary>
    protected Task ViewAsync(int card) => Cards.Nth(card).Locator(".open").ClickAsync();

    protected async Task<string> ReadClipboardAsync() => await Page.EvaluateAsync<string>("navigator.clipboard.readText()");
}
