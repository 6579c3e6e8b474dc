using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Input;

public sealed class FileReferenceTests
{
    private static readonly string Digest = new('a', 64);
    private static readonly string Other = new('b', 64);

    [Theory]
    [InlineData(null)]
    [InlineData("/home/me/a fox: one.png")]
    public void A_text_that_stands_for_a_file_is_read_again(string? path)
    {
        var file = new FileReference(Digest, path);

        Assert.Equal(file, FileReference.TryParse(file.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://example.com/a.png")]
    [InlineData("imagen4-file:sha256:")]
    [InlineData("imagen4-file:sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("imagen4-file:sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")]
    public void Any_other_text_stands_for_itself(string text) => Assert.Null(FileReference.TryParse(text));

    [Fact]
    public void Files_are_found_wherever_they_are_and_an_address_takes_their_place()
    {
        var input = With($$"""{"image_urls":["{{Text(Digest, "/a.png")}}","https://example.com/b"],"mask":{"deep":["{{Text(Other)}}"]},"n":1}""");

        Assert.Equal([Digest, Other], FileReference.In(input).Select(file => file.Sha256));
        var sent = FileReference.Replace(input, file => $"https://files/{file.Sha256[0]}");
        Assert.Equal("""{"image_urls":["https://files/a","https://example.com/b"],"mask":{"deep":["https://files/b"]},"n":1}""", TestHost.Json(sent));
        Assert.Empty(FileReference.In(sent));
    }

    [Fact]
    public void An_input_without_files_is_the_same_object()
    {
        var input = With("""{"image_urls":["https://example.com/b"]}""");

        Assert.Same(input, FileReference.Replace(input, _ => throw new InvalidOperationException()));
    }

    [Fact]
    public void A_row_is_the_same_wherever_its_files_are_and_another_with_other_files()
    {
        string Hash(string file) => RowIdentity.Hash("m", With($$"""{"image_urls":["{{file}}"]}"""));

        Assert.Equal(Hash(Text(Digest, "/a.png")), Hash(Text(Digest, "/b/c.png")));
        Assert.Equal(Hash(Text(Digest, "/a.png")), Hash(Text(Digest)));
        Assert.NotEqual(Hash(Text(Digest, "/a.png")), Hash(Text(Other, "/a.png")));
        Assert.NotEqual(Hash(Text(Digest)), Hash("https://example.com/a"));
    }

    [Theory]
    [InlineData("""{"a":["FILE"],"b":1}""", """{"b":1,"a":["https://x/y"]}""", true)]
    [InlineData("""{"a":["FILE"],"b":1}""", """{"b":2,"a":["https://x/y"]}""", false)]
    [InlineData("""{"a":["FILE"]}""", """{"a":["https://x/y","https://x/z"]}""", false)]
    [InlineData("""{"a":["FILE"]}""", """{"a":[7]}""", false)]
    [InlineData("""{"a":"https://x/1"}""", """{"a":"https://x/2"}""", false)]
    [InlineData("""{"a":["FILE"]}""", """{"a":["https://x/y"],"b":null}""", false)]
    public void What_a_host_lists_is_compared_with_any_address_in_the_place_of_a_file(string sent, string listed, bool isSame) =>
        Assert.Equal(isSame, FileReference.IsSame(JsonElement.Parse(sent.Replace("FILE", Text(Digest, "/a.png"), StringComparison.Ordinal)), JsonElement.Parse(listed)));

    private static string Text(string digest, string? path = null) => new FileReference(digest, path).Text;

    private static ImageInput With(string json) => new() { Prompt = "x", AdditionalInput = TestHost.Additional(json) };
}
