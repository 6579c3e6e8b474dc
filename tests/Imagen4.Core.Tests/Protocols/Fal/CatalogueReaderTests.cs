using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class CatalogueReaderTests
{
    [Fact]
    public async Task It_asks_without_a_key_and_follows_the_cursor_to_the_end()
    {
        await using var server = await WebServer.AnsweringAsync(
            new Answer(200, """{"models":[{"endpoint_id":"a/1","metadata":{"display_name":"One","category":"text-to-image","status":"active","description":"d"}},null],"next_cursor":"Mg==","has_more":true}"""),
            new Answer(200, """{"models":[{"endpoint_id":"a/2","metadata":{"display_name":"Two\u001b[31m\n"}},{"endpoint_id":""},{"endpoint_id":"a/\u001b[31m"}],"next_cursor":null,"has_more":false}"""));

        var found = await Reader(server).FindAsync("a b", "text-to-image", "active", CancellationToken.None).ToListAsync();

        Assert.Equal(["a/1", "a/2"], found.Select(model => model.Model));
        Assert.DoesNotContain('\u001b', found[1].Name!);
        Assert.Equal(("One", "text-to-image", "active", "d"), (found[0].Name, found[0].Category, found[0].Status, found[0].Description));
        Assert.Equal(
            ["/v1/models?q=a%20b&category=text-to-image&status=active&limit=100", "/v1/models?q=a%20b&category=text-to-image&status=active&limit=100&cursor=Mg%3D%3D"],
            server.Requests.Select(request => request.Path));
        Assert.All(server.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task A_cursor_that_comes_again_ends_the_pages()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, """{"models":[{"endpoint_id":"a/1"}],"next_cursor":"same","has_more":true}"""));

        Assert.Equal(2, (await Reader(server).FindAsync(null, null, null, CancellationToken.None).ToListAsync()).Count);
    }

    [Fact]
    public async Task Models_are_asked_for_twenty_at_a_time_with_their_schemas_and_others_are_left_out()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, """
            {"models":[{"endpoint_id":"a/1","openapi":{"paths":{"/a/1":{"post":{"requestBody":{"content":{"application/json":{"schema":{"properties":{"prompt":{"type":"string"}}}}}}}}}}},
             {"endpoint_id":"a/2","openapi":{"error":{"code":"expansion_failed","message":"no"}}},{"endpoint_id":"b/1"}],"has_more":false}
            """));

        var found = await Reader(server).ReadAsync(Enumerable.Range(1, 21).Select(number => $"a/{number}"), CancellationToken.None);

        Assert.Equal(["a/1", "a/2"], found.Select(model => model.Model));
        Assert.Equal("prompt", Assert.Single(found[0].Definition!.Inputs).Name);
        Assert.NotNull(found[0].Definition!.FetchedAt);
        Assert.Null(found[1].Definition);
        Assert.Equal(2, server.Requests.Count);
        Assert.EndsWith("endpoint_id=a%2F20&expand=openapi-3.0", server.Requests[0].Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":{"type":"validation_error","message":"bad"}}""", typeof(InvalidResponseException))]
    [InlineData(404, "{}", typeof(ModelNotAvailableException))]
    [InlineData(429, "{}", typeof(RateLimitedException))]
    [InlineData(503, "<html></html>", typeof(HostUnavailableException))]
    [InlineData(200, "<html></html>", typeof(InvalidResponseException))]
    [InlineData(200, """{"models":5}""", typeof(InvalidResponseException))]
    public async Task A_catalogue_that_does_not_answer_is_an_error(int status, string body, Type type)
    {
        // Asked to be left alone for longer than the module waits, it does not ask again.
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body) { Headers = [("Retry-After", "3600")] });

        Assert.IsType(type, await Record.ExceptionAsync(() => Reader(server).ReadAsync(["a/1"], CancellationToken.None)));
        Assert.Single(server.Requests);
    }

    [Fact]
    public void An_open_line_to_another_machine_is_not_asked() => Assert.Throws<InvalidInputException>(() =>
        new CatalogueReader(TestHost.Profile(new Uri("https://queue.example")) with { PlatformUri = new Uri("http://api.example/v1") }, TimeProvider.System, null));

    private static CatalogueReader Reader(WebServer server) =>
        new(TestHost.Profile(new Uri("https://queue.example")) with { PlatformUri = new Uri(server.Address, "v1") }, TimeProvider.System, trace: null);
}
