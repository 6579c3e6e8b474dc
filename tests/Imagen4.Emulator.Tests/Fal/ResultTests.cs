using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Fal;

public sealed class ResultTests : EmulatorTest
{
    [Theory]
    [InlineData("/fal-ai/imagen4/requests/{id}")]
    [InlineData("/fal-ai/imagen4/requests/{id}/")]
    [InlineData("/fal-ai/imagen4/requests/{id}/response")]
    [InlineData("/fal-ai/imagen4/requests/{id}/response/")]
    [InlineData("/fal-ai/imagen4/preview/requests/{id}/response")]
    public async Task Early_is_400_and_done_is_the_models_json(string path)
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        path = path.Replace("{id}", id, StringComparison.Ordinal);

        var early = await Client.GetAsync(path);
        Assert.Equal(400, early.Status);
        Assert.Equal("""{"detail":"Request is still in progress"}""", early.Text);

        Time.Advance(GenerationSeconds);
        var done = await Client.GetAsync(path);
        Assert.Equal(200, done.Status);
        Assert.Equal(id, done.Header("x-fal-request-id"));
        Assert.Equal("1", done.Header("X-Fal-Billable-Units"));
        Assert.Single(done.Json.GetProperty("images").EnumerateArray());
    }

    [Fact]
    public async Task Files_name_what_they_are()
    {
        var result = await RunAsync("""{"prompt":"a red fox","num_images":4,"aspect_ratio":"16:9","seed":42}""");

        Assert.Equal("4", result.Header("X-Fal-Billable-Units"));
        Assert.Equal(42, result.Json.GetProperty("seed").GetInt64());
        var images = result.Json.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(4, images.Select(image => image.GetProperty("url").GetString()).Distinct().Count());
        Assert.All(images, image =>
        {
            string[] names = ["url", "content_type", "file_name", "file_size", "width", "height"];
            Assert.Equal(names, image.EnumerateObject().Select(property => property.Name));
            Assert.StartsWith($"{Address}_emulator/files/", image.GetProperty("url").GetString(), StringComparison.Ordinal);
            Assert.Equal("image/png", image.GetProperty("content_type").GetString());
            Assert.Equal(1408, image.GetProperty("width").GetInt32());
            Assert.Equal(768, image.GetProperty("height").GetInt32());
        });
    }

    [Fact]
    public async Task Seed_is_chosen_and_stays()
    {
        var id = await Client.SubmitPromptAsync("a red fox");
        Time.Advance(GenerationSeconds);

        var once = await Client.ResultAsync(id);
        var again = await Client.ResultAsync(id);
        var other = await RunAsync("""{"prompt":"a red fox"}""");

        Assert.Equal(once.Text, again.Text);
        Assert.NotEqual(once.Json.GetProperty("seed").GetInt64(), other.Json.GetProperty("seed").GetInt64());
    }

    [Fact]
    public async Task Sync_mode_delivers_data_uris_of_the_size_they_say()
    {
        var result = await RunAsync("""{"prompt":"a red fox","sync_mode":true,"num_images":2,"output_format":"webp"}""");

        Assert.All(result.Json.GetProperty("images").EnumerateArray(), image =>
        {
            const string Prefix = "data:image/webp;base64,";
            var url = image.GetProperty("url").GetString()!;
            Assert.StartsWith(Prefix, url, StringComparison.Ordinal);
            Assert.Equal(image.GetProperty("file_size").GetInt32(), Convert.FromBase64String(url[Prefix.Length..]).Length);
        });
    }
}

/// <summary>The output follows the date of the schema.</summary>
public sealed class OutputGenerationTests
{
    [Theory]
    [InlineData("2025-07", "images,seed", "url,content_type,file_name,file_size")]
    [InlineData("2025-10", "images,seed", "url")]
    [InlineData("2025-12", "images,description", "file_name,content_type,url")]
    [InlineData("2026-04", "images,description", "url,content_type,file_name,file_size,width,height")]
    [InlineData("union", "images,description,seed", "url,content_type,file_name,file_size,width,height")]
    public async Task Properties_are_those_of_the_snapshot(string schema, string output, string file)
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions { Schema = schema, GenerationTime = TimeSpan.Zero });
        using var client = new FalClient(server.Address);

        var json = (await client.ResultAsync(await client.SubmitPromptAsync("a red fox"))).Json;

        Assert.Equal(output, Names(json));
        Assert.Equal(file, Names(json.GetProperty("images")[0]));
    }

    private static string Names(JsonElement json) => string.Join(',', json.EnumerateObject().Select(property => property.Name));
}
