using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

/// <summary>The catalogue of models, as api.fal.ai has it: open to everybody, searched, page by page, with schemas where asked for.</summary>
public sealed class ModelListTests : EmulatorTest
{
    [Theory]
    [InlineData("q=banana%20edit", "fal-ai/nano-banana/edit,fal-ai/nano-banana-2/edit,fal-ai/nano-banana-pro/edit,google/nano-banana-lite/edit")]
    [InlineData("q=imagen4&category=text-to-image&status=active", "fal-ai/imagen4/preview,fal-ai/imagen4/preview/fast,fal-ai/imagen4/preview/ultra")]
    [InlineData("status=deprecated", "fal-ai/imagen4/retired")]
    [InlineData("endpoint_id=emulator/sketch&endpoint_id=nobody/knows", "emulator/sketch")]
    [InlineData("q=nothing-like-it", "")]
    public async Task It_is_searched_without_a_key(string query, string ids)
    {
        Client.Authorization = null;

        var reply = await Client.GetAsync($"/v1/models?{query}");

        Assert.Equal(200, reply.Status);
        Assert.Equal(ids, string.Join(',', reply.Json.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("endpoint_id").GetString())));
        Assert.False(reply.Json.GetProperty("has_more").GetBoolean());
        Assert.All(reply.Json.GetProperty("models").EnumerateArray(), model => Assert.False(model.TryGetProperty("openapi", out _)));
    }

    [Fact]
    public async Task Its_pages_have_every_model_once()
    {
        var ids = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await Client.GetAsync($"/v1/models?limit=3{(cursor.Length == 0 ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")).Json;
            ids.AddRange(page.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("endpoint_id").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
            Assert.Equal(cursor is not null, page.GetProperty("has_more").GetBoolean());
        }

        Assert.Equal(20, ids.Count);
        Assert.Equal(20, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_schema_says_what_the_emulator_checks()
    {
        var document = (await Client.GetAsync("/v1/models?endpoint_id=emulator/sketch&expand=openapi-3.0")).Json.GetProperty("models")[0].GetProperty("openapi");

        var reference = document.GetProperty("paths").GetProperty("/emulator/sketch").GetProperty("post").GetProperty("requestBody")
            .GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString();
        Assert.Equal("#/components/schemas/Input", reference);
        Assert.Equal(
            """{"type":"object","properties":{"prompt":{"type":"string"},"style":{"type":"string","enum":["pencil","ink","charcoal"]},"strokes":{"type":"integer","minimum":1,"maximum":500,"default":50},"image_url":{"anyOf":[{"type":"string"},{"type":"null"}]},"aspect_ratio":{"type":"string","enum":["1:1","5:4","4:5"],"default":"1:1"},"seed":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["prompt","style"]}""",
            document.GetProperty("components").GetProperty("schemas").GetProperty("Input").GetRawText());
    }

    [Theory]
    [InlineData("status=new")]
    [InlineData("limit=0")]
    [InlineData("cursor=!")]
    public async Task A_question_that_is_none_is_refused(string query)
    {
        var reply = await Client.GetAsync($"/v1/models?{query}");

        Assert.Equal((400, "validation_error"), (reply.Status, reply.Json.GetProperty("error").GetProperty("type").GetString()));
    }
}
