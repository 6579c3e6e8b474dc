using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Input;

public sealed class ImageListTests
{
    private static readonly string Digest = new('a', 64);

    [Theory]
    [InlineData("a.png", new[] { "a.png" })]
    [InlineData(" a.png ; b.png;", new[] { "a.png", "b.png" })]
    [InlineData("""["a;b.png", "c.png"]""", new[] { "a;b.png", "c.png" })]
    [InlineData("data:image/png;base64,AAAA", new[] { "data:image/png;base64,AAAA" })]
    public void A_cell_has_one_text_several_or_a_list(string cell, string[] texts) =>
        Assert.Equal(texts, TextList.ReadTexts(new Cell(1, "ImageUri", cell)));

    [Fact]
    public void A_list_is_taken_as_it_is() =>
        Assert.Equal(["a;b.png"], TextList.ReadTexts(new Cell(1, "ImagePath", new JsonArray("a;b.png", " "))));

    [Theory]
    [InlineData("[7]")]
    [InlineData("[\"a\"")]
    [InlineData("[[\"a\"]]")]
    public void A_cell_that_is_no_list_of_texts_is_refused(string cell) =>
        Assert.Equal(
            $"Row 3: ImagePath is '{cell}'; it takes one text, several with ; between them, or a JSON list of texts.",
            Assert.Throws<InvalidInputException>(() => TextList.ReadTexts(new Cell(3, "ImagePath", cell))).Message);

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.png", "b.png")]
    [InlineData("a;b.png", "c.png")]
    [InlineData("[1].png")]
    [InlineData("data:image/png;base64,AAAA", "https://example.com/é")]
    public void What_is_written_in_a_cell_is_read_as_the_same_texts(params string[] texts) =>
        Assert.Equal(texts, TextList.ReadTexts(new Cell(1, "ImageUri", TextList.Write(texts))));

    [Theory]
    [InlineData(@"C:\images\fox.png")]
    [InlineData("d:/fox.png")]
    [InlineData(@"\\server\share\fox.png")]
    [InlineData("file:///C:/fox.png")]
    public void A_path_of_Windows_is_no_address(string path) => Assert.False(ImageList.IsAddress(path));

    [Fact]
    public void An_object_tells_the_paths_and_addresses_that_it_was_made_from()
    {
        var shown = Shown($$"""{"style":"oil","image_urls":["{{Text("/a.png")}}","{{Text("/b.png")}}","https://example.com/c"]}""");

        Assert.Equal(("/a.png; /b.png", "https://example.com/c", """{"style":"oil"}"""), (shown.ImagePath, shown.ImageUri, shown.AdditionalInput));
    }

    [Theory]
    [InlineData("""{"mask_urls":["https://example.com/c"]}""")]
    [InlineData("""{"image_urls":["./c.png"]}""")]
    [InlineData("""{"image_urls":["imagen4-file:sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}""")]
    public void What_was_given_as_an_additional_input_stays_one(string additional)
    {
        var shown = Shown(additional);

        Assert.Equal((null, null, additional), (shown.ImagePath, shown.ImageUri, shown.AdditionalInput));
    }

    [Theory]
    [InlineData("""{"image_urls":["https://example.com/c","data:image/png;base64,AAAA"]}""", """["https://example.com/c","data:image/png;base64,AAAA"]""")]
    [InlineData("""{"image_url":"https://example.com/c"}""", "https://example.com/c")]
    public void Addresses_of_a_models_images_are_shown_as_such(string additional, string uris)
    {
        var shown = Shown(additional);

        Assert.Equal((null, uris, null), (shown.ImagePath, shown.ImageUri, shown.AdditionalInput));
    }

    private static ImagenRequest Shown(string additional)
    {
        var made = new ImagenRequest();
        new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional(additional) }.CopyTo(made);
        return made;
    }

    private static string Text(string path) => new FileReference(Digest, path).Text;
}
