using System.Text.RegularExpressions;
using Imagen4.Browser.Tests.Support;
using Imagen4.Core.Gallery;

namespace Imagen4.Browser.Tests.Gallery;

/// <summary>The file of a page, which needs no browser.</summary>
public sealed partial class PageFileTests(Support.Browser browser) : GalleryTest(browser)
{
    private string PagePath => Path.Combine(Folder, "gallery.html");

    // Around the size of the pieces that it is read in.
    [Theory]
    [InlineData(64)]
    [InlineData(49151)]
    [InlineData(49152)]
    [InlineData(49153)]
    [InlineData(200000)]
    public async Task An_embedded_image_is_its_file_byte_for_byte(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        new byte[] { 0xFF, 0xD8, 0xFF }.CopyTo(bytes, 0);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "one.jpg"), bytes);

        await WriteAsync(new GalleryOptions(), Card([new ImagenImage { Index = 1, Path = Path.Combine(Folder, "one.jpg") }]));

        var embedded = Embedded().Match(await File.ReadAllTextAsync(PagePath)).Groups[1].Value;
        Assert.Equal(bytes, Convert.FromBase64String(embedded));
    }

    [Fact]
    public async Task A_file_of_other_origin_stays_unless_it_is_forced()
    {
        await File.WriteAllTextAsync(PagePath, "<title>mine</title>");

        var error = await Assert.ThrowsAsync<FileExistsException>(() => WriteAsync(new GalleryOptions(), Image("one")));
        Assert.Contains("-Force", error.Message, StringComparison.Ordinal);
        Assert.Equal("<title>mine</title>", await File.ReadAllTextAsync(PagePath));

        await WriteAsync(new GalleryOptions { Force = true }, Image("one"));
        await WriteAsync(new GalleryOptions(), Image("two"));
        Assert.Contains("two", await File.ReadAllTextAsync(PagePath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_is_stopped_leaves_what_was_there()
    {
        await WriteAsync(new GalleryOptions(), Image("before"));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var page = new GalleryPage(PagePath, new GalleryOptions());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => page.WriteAsync([Image("after")], stop.Token));

        Assert.Contains("before", await File.ReadAllTextAsync(PagePath), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder, ".*"));
    }

    [Fact]
    public async Task A_directory_and_a_folder_that_cannot_be_written_are_refused()
    {
        await Assert.ThrowsAsync<InvalidInputException>(() => new GalleryPage(Folder, new GalleryOptions()).WriteAsync([], default));
        await File.WriteAllTextAsync(Path.Combine(Folder, "file"), "");
        var below = new GalleryPage(Path.Combine(Folder, "file", "gallery.html"), new GalleryOptions());
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => below.WriteAsync([], default));
        Assert.Contains("could not be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_linked_page_finds_images_in_other_folders()
    {
        var image = Image("one").Image!.Path!;
        var page = new GalleryPage(Path.Combine(Folder, "web", "a", "gallery.html"), new GalleryOptions { Link = true });

        var outcome = await page.WriteAsync([Card([new ImagenImage { Path = image }])], default);

        Assert.Contains("src=\"../../image%20%231.png\"", await File.ReadAllTextAsync(outcome.File.FullName), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_beside_an_image_is_read_as_far_as_it_can_be()
    {
        var image = Image("unused").Image!.Path!;
        await File.WriteAllTextAsync($"{image}.json", """
            {"SchemaVersion":1,"Prompt":"A red fox","Seed":7,"State":"Delivered","AddWatermark":true,"Cost":0.05,"NegativePrompt":null,
             "Width":3,"Height":2,"Future":{"a":[1]},"Tag":"{\"team\":\"a\"}"}
            """);
        var warnings = new List<string>();

        var card = await new ImageFolder(warnings.Add).ReadAsync(image, default);

        Assert.Empty(warnings);
        Assert.Equal(("A red fox", "Delivered"), (card.Prompt, card.State));
        Assert.Equal(("7", "true", "0.05", "3 × 2"), (card.Facts["Seed"], card.Facts["AddWatermark"], card.Facts["Cost"], card.Facts["Pixels"]));
        Assert.False(card.Facts.ContainsKey("NegativePrompt"));
    }

    [Theory]
    [InlineData("{\"Prompt\":")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("\"text\"")]
    public async Task A_broken_file_beside_an_image_is_a_warning(string text)
    {
        var image = Image("unused").Image!.Path!;
        await File.WriteAllTextAsync($"{image}.json", text);
        var warnings = new List<string>();

        var card = await new ImageFolder(warnings.Add).ReadAsync(image, default);

        Assert.Contains($"{image}.json", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal((image, "", "Delivered"), (card.Image!.Path, card.Prompt, card.State));
    }

    [Fact]
    public void Where_files_were_on_a_machine_is_not_passed_on()
    {
        var card = Card([], ("ImagePath", "/home/ann/secret project/a.png; C:\\Users\\ann\\b.png"), ("WebhookUri", "https://example.com/?t=1"));

        Assert.Equal("a.png; b.png", card.Facts["ImagePath"]);
        Assert.False(card.Facts.ContainsKey("WebhookUri"));
    }

    [GeneratedRegex("src=\"data:image/jpeg;base64,([^\"]*)\"")]
    private static partial Regex Embedded();
}
