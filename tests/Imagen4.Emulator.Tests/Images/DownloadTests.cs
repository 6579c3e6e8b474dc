using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Images;

public sealed class DownloadTests : EmulatorTest
{
    internal override EmulatorOptions Options => base.Options with { GenerationTime = TimeSpan.Zero };

    [Theory]
    [InlineData("1:1", "1K", 1024, 1024)]
    [InlineData("16:9", "1K", 1408, 768)]
    [InlineData("9:16", "1K", 768, 1408)]
    [InlineData("4:3", "1K", 1280, 896)]
    [InlineData("3:4", "1K", 896, 1280)]
    [InlineData("1:1", "2K", 2048, 2048)]
    [InlineData("16:9", "2K", 2816, 1536)]
    public async Task Png_decodes_to_the_size_that_was_asked_for(string aspectRatio, string resolution, int width, int height)
    {
        var file = await FirstFileAsync($$"""{"prompt":"a red fox","aspect_ratio":"{{aspectRatio}}","resolution":"{{resolution}}"}""");

        Assert.Equal("image/png", file.Header("Content-Type"));
        Assert.Equal($"{file.Content.Length}", file.Header("Content-Length"));
        var picture = Picture.Decode(file.Content);
        Assert.Equal(("png", width, height), (picture.Format, picture.Width, picture.Height));
        Assert.True(picture.Pixels.Distinct().Count() >= 6, "A scene has more than a few colours.");
    }

    [Theory]
    [InlineData("1:1", 64, 64, 64)]
    [InlineData("16:9", 64, 64, 34)]
    [InlineData("9:16", 16, 16, 16)]
    [InlineData("9:16", 0, 16, 16)]
    [InlineData("4:3", 4096, 1280, 896)]
    public async Task Small_files_have_the_shape_of_large_ones(string aspectRatio, int pixels, int width, int height)
    {
        foreach (var format in (string[])["jpeg", "webp", "png"])
        {
            var input = $$"""{"prompt":"[emulator:pixels={{pixels}}]","aspect_ratio":"{{aspectRatio}}","output_format":"{{format}}"}""";
            var file = await FirstFileAsync(input);

            Assert.Equal(200, file.Status);
            var picture = Picture.Decode(file.Content);
            Assert.Equal((format, width, height), (picture.Format, picture.Width, picture.Height));
        }
    }

    [Theory]
    [InlineData(1_500_000)]
    [InlineData(1_500_001)]
    public async Task Files_are_as_long_as_was_asked_for(int bytes)
    {
        var file = await FirstFileAsync($$"""{"prompt":"[emulator:bytes={{bytes}}]","output_format":"jpeg"}""");

        Assert.Equal((bytes, "image/png"), (file.Content.Length, file.Header("Content-Type")));
        Assert.Equal(1024, Picture.Decode(file.Content).Width);
    }

    [Fact]
    public async Task A_file_is_never_shorter_than_its_picture()
    {
        var file = await FirstFileAsync("""{"prompt":"[emulator:bytes=1]"}""");

        Assert.Equal(1024, Picture.Decode(file.Content).Width);
    }

    [Theory]
    [InlineData("jpeg", "image/jpeg", "16:9", 1408, 768)]
    [InlineData("webp", "image/webp", "3:4", 896, 1280)]
    public async Task Other_formats_decode_to_the_size_that_was_asked_for(string format, string type, string aspectRatio, int width, int height)
    {
        var file = await FirstFileAsync($$"""{"prompt":"a red fox","aspect_ratio":"{{aspectRatio}}","output_format":"{{format}}"}""");

        Assert.Equal(type, file.Header("Content-Type"));
        var picture = Picture.Decode(file.Content);
        Assert.Equal((format, width, height), (picture.Format, picture.Width, picture.Height));
        Assert.True(picture.Pixels.Distinct().Count() >= 6, "A scene has more than a few colours.");
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    [InlineData("webp")]
    public async Task Same_input_gives_the_same_bytes(string format)
    {
        var input = $$"""{"prompt":"a red fox","seed":7,"num_images":2,"output_format":"{{format}}"}""";

        var (once, again) = (await FilesAsync(input), await FilesAsync(input));

        Assert.Equal(once[0].Content, again[0].Content);
        Assert.Equal(once[1].Content, again[1].Content);
        Assert.NotEqual(once[0].Content, once[1].Content);
    }

    [Fact]
    public async Task Prompt_negative_prompt_and_seed_each_change_the_picture()
    {
        string[] inputs =
        [
            """{"prompt":"a","seed":1}""",
            """{"prompt":"b","seed":1}""",
            """{"prompt":"a","seed":2}""",
            """{"prompt":"a","seed":1,"negative_prompt":"c"}""",
        ];
        var files = new List<byte[]>();
        foreach (var input in inputs)
        {
            files.Add((await FirstFileAsync(input)).Content);
        }

        Assert.Equal(4, files.Select(Convert.ToBase64String).Distinct().Count());
    }

    [Fact]
    public async Task Different_prompts_look_different()
    {
        var pictures = new List<Picture>();
        for (var i = 0; i < 12; i++)
        {
            pictures.Add(Picture.Decode((await FirstFileAsync($$"""{"prompt":"prompt {{i}}","seed":1}""")).Content));
        }

        for (var i = 0; i < pictures.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                Assert.True(Difference(pictures[i], pictures[j]) > 12, $"Prompts {i} and {j} look alike.");
            }
        }
    }

    [Fact]
    public async Task File_costs_little()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.InRange((await FirstFileAsync($$"""{"prompt":"prompt {{i}}"}""")).Content.Length, 1_000, 60_000);
        }
    }

    [Fact]
    public async Task Part_of_a_file_can_be_asked_for()
    {
        var result = await RunAsync("""{"prompt":"a red fox"}""");
        using var anonymous = new FalClient(Address) { Authorization = null };

        var part = await anonymous.SendAsync(HttpMethod.Get, Urls(result)[0], headers: ("Range", "bytes=1-3"));

        Assert.Equal((206, "PNG"), (part.Status, part.Text));
    }

    [Fact]
    public async Task Head_tells_the_size_without_the_file()
    {
        var result = await RunAsync("""{"prompt":"a red fox"}""");
        using var anonymous = new FalClient(Address) { Authorization = null };

        var head = await anonymous.SendAsync(HttpMethod.Head, Urls(result)[0]);
        var file = await Client.DownloadAsync(Urls(result)[0]);

        Assert.Equal((200, 0, $"{file.Content.Length}"), (head.Status, head.Content.Length, head.Header("Content-Length")));
    }

    [Fact]
    public async Task Request_with_a_key_is_refused_and_recorded()
    {
        var result = await RunAsync("""{"prompt":"a red fox"}""");

        var reply = await Client.GetAsync(Urls(result)[0]);

        Assert.Equal(403, reply.Status);
        var recorded = (await RequestsAsync())[^1];
        Assert.Contains("/files/", recorded.GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal("Key", recorded.GetProperty("headers").GetProperty("authorization").GetString());
        Assert.Equal(403, recorded.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Files_of_unfinished_failed_and_unknown_jobs_are_not_found()
    {
        var slow = await Client.SubmitPromptAsync("[emulator:seconds=30]");
        var failed = await Client.SubmitPromptAsync("[emulator:internal_error]");
        var done = await Client.SubmitPromptAsync("[emulator:images=1]");

        string[] jobs = [slow, failed, "nobody"];
        string[] paths = [.. jobs.Select(job => $"{job}/image-1.png"), $"{done}/image-2.png", $"{done}/image-1.webp"];
        foreach (var path in paths)
        {
            Assert.Equal(404, (await Client.DownloadAsync($"/_emulator/files/{path}")).Status);
        }
    }

    [Fact]
    public async Task Media_can_be_missing()
    {
        Assert.Equal(404, (await FirstFileAsync("""{"prompt":"[emulator:media_missing]"}""")).Status);
    }

    [Fact]
    public async Task Media_can_be_a_page()
    {
        var file = await FirstFileAsync("""{"prompt":"[emulator:media_html]"}""");

        Assert.Equal(200, file.Status);
        Assert.StartsWith("text/html", file.Header("Content-Type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Media_can_be_no_image()
    {
        var file = await FirstFileAsync("""{"prompt":"[emulator:media_not_image]"}""");

        Assert.Equal((200, "image/png"), (file.Status, file.Header("Content-Type")));
        Assert.False(file.Content.AsSpan().StartsWith(new byte[] { 0x89 }));
    }

    [Fact]
    public async Task Media_can_be_truncated()
    {
        var url = Urls(await RunAsync("""{"prompt":"[emulator:media_truncated]"}"""))[0];
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead);

        var promised = response.Content.Headers.ContentLength!.Value;
        await using var content = await response.Content.ReadAsStreamAsync();
        var half = new byte[promised / 2];
        await content.ReadExactlyAsync(half);
        await Assert.ThrowsAsync<HttpIOException>(() => content.ReadExactlyAsync(new byte[1]).AsTask());
    }

    private async Task<Reply> FirstFileAsync(string input) => await Client.DownloadAsync(Urls(await RunAsync(input))[0]);

    private async Task<Reply[]> FilesAsync(string input) => await Task.WhenAll(Urls(await RunAsync(input)).Select(Client.DownloadAsync));

    private static string[] Urls(Reply result) =>
        [.. result.Json.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("url").GetString()!)];

    /// <summary>How far the colours are apart on average, from 0 to 255.</summary>
    private static double Difference(Picture one, Picture other) =>
        one.Pixels.Zip(other.Pixels).Where((_, at) => at % 97 == 0).Average(pixel => Picture.Difference(pixel.First, pixel.Second));
}
