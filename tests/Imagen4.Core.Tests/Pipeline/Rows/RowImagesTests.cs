using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

[Collection(RunsAlone.Name)]
public sealed class RowImagesTests : EnvironmentTest
{
    private const string Edit = "fal-ai/nano-banana/edit";

    private readonly string _fox;

    public RowImagesTests()
    {
        Set("FAL_KEY", "key");
        Set("CHAINHUB_API_KEY", "key");
        Set("AIMLAPI_API_KEY", "key");
        _fox = Write("fox.png", Pictures.Png);
    }

    [Fact]
    public void Paths_come_before_addresses_in_the_models_own_input()
    {
        var input = Check(Edit, new ImageList([_fox], ["https://example.com/owl.png"])).Input;

        Assert.Equal([_fox], FileReference.In(input).Select(file => file.Path));
        Assert.EndsWith("fox.png\",\"https://example.com/owl.png\"]}", TestHost.Json(input), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_list_as_a_column_is_the_same_row()
    {
        var images = new ImageList([], ["https://example.com/owl.png"]);
        var additional = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional("""{"image_urls":["https://example.com/owl.png"]}""") };

        Assert.Equal(TestHost.Json(additional), TestHost.Json(Check(Edit, images).Input));
        Assert.Equal(TestHost.Json(additional), TestHost.Json(Check(Edit, images, additional).Input));
    }

    [Theory]
    [InlineData("fal-ai/nano-banana", "fal-ai/nano-banana takes no image; fal-ai/nano-banana/edit does. Nothing was sent.")]
    [InlineData("fal-ai/imagen4/preview", "fal-ai/imagen4/preview takes no image. Find-ImagenModel -Category image-to-image lists models that do. Nothing was sent.")]
    [InlineData("acme/unknown", "The inputs of acme/unknown are not known here, so it is unknown which one takes an image. Get-ImagenModel acme/unknown -Refresh asks the host; or name the input yourself: -AdditionalInput @{ image_urls = @(Get-Item ./image.png) }. Nothing was sent.")]
    public void A_model_that_takes_none_is_said(string model, string message) =>
        Assert.Equal(message, Refused(model, new ImageList([_fox], [])));

    [Theory]
    [InlineData("fox.png", "-ImageUri takes http and https addresses without a user, and data URIs; 'fox.png' is neither. -ImagePath takes files. Nothing was sent.")]
    [InlineData("ftp://example.com/a.png", "-ImageUri takes http and https addresses without a user, and data URIs; 'ftp://example.com/a.png' is neither. -ImagePath takes files. Nothing was sent.")]
    [InlineData("https://me:secret@example.com/a.png", "-ImageUri takes http and https addresses without a user, and data URIs; 'https://example.com/a.png' is neither. -ImagePath takes files. Nothing was sent.")]
    [InlineData("https://example.com/a b.png", "-ImageUri takes http and https addresses without a user, and data URIs; 'https://example.com/a b.png' is neither. -ImagePath takes files. Nothing was sent.")]
    [InlineData("file:///home/me/fox.png", "-ImageUri is for addresses that the host can read; file:///home/me/fox.png is a file. Use -ImagePath. Nothing was sent.")]
    public void What_no_host_can_read_is_no_address(string uri, string message) =>
        Assert.Equal(message, Refused(Edit, new ImageList([], [uri])));

    [Fact]
    public void More_than_the_model_takes_is_refused() => Assert.Equal(
        "Row 1, fal-ai/nano-banana-2/edit: image_urls has 15; it takes at most 14. Nothing was sent.",
        Refused("fal-ai/nano-banana-2/edit", new ImageList([], [.. Enumerable.Range(0, 15).Select(number => $"https://example.com/{number}")])));

    [Fact]
    public void One_image_alone_goes_into_an_input_for_one()
    {
        Models("""{ "name": "image_url", "kind": "Text" }""");

        Assert.Equal("""{"image_url":"https://example.com/a"}""", TestHost.Json(Check("acme/one", new ImageList([], ["https://example.com/a"])).Input));
        Assert.Equal(
            "acme/one takes one image and was given 2. Nothing was sent.",
            Refused("acme/one", new ImageList([], ["https://example.com/a", "https://example.com/b"])));
    }

    [Fact]
    public void An_input_that_the_row_has_already_is_not_overwritten() => Assert.Equal(
        "image_urls is given twice: from -ImagePath or -ImageUri, and in a column or AdditionalInput with another value. Leave one out. Nothing was sent.",
        Refused(Edit, new ImageList([_fox], []), new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional("""{"image_urls":["https://example.com/a"]}""") }));

    [Fact]
    public void An_edit_without_an_image_says_how_one_is_given() => Assert.Equal(
        "Row 1, fal-ai/nano-banana/edit: image_urls is missing (-ImagePath or -ImageUri). Nothing was sent.",
        Refused(Edit, ImageList.None));

    [Fact]
    public void A_host_without_storage_takes_files_where_the_definition_says_so()
    {
        Models("""{ "name": "image_urls", "kind": "TextList" }""");
        Assert.Equal(
            "chainhub has no storage for files, and no definition says that image_urls takes them inside the request. Give an address with -ImageUri, or set \"dataUris\": true for it in models.json. Nothing was sent.",
            Refused("acme/one", new ImageList([_fox], []), provider: "chainhub"));

        Models("""{ "name": "image_urls", "kind": "TextList", "dataUris": true }""");
        Assert.Single(FileReference.In(Check("acme/one", new ImageList([_fox], []), provider: "chainhub").Input));
    }

    private void Models(string input) => Write(
        "models.json",
        System.Text.Encoding.UTF8.GetBytes($$"""{ "models": [ { "ids": [ "acme/one" ], "protocols": [ "FalQueue", "FalAggregator" ], "inputs": [ { "name": "prompt" }, {{input}} ] } ] }"""));

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Home.At(name), bytes);
        return Home.At(name);
    }

    private static string Refused(string model, ImageList images, ImageInput? input = null, string provider = "fal") =>
        Assert.Throws<InvalidInputException>(() => Check(model, images, input, provider)).Message;

    private static Core.Pipeline.Rows.CheckedRow Check(string model, ImageList images, ImageInput? input = null, string provider = "fal")
    {
        var options = new BatchOptions { Provider = provider, Model = model };
        var row = TestHost.Row();
        return TestClient.Check(options).Check(row with { Images = images, Input = input ?? row.Input });
    }
}
