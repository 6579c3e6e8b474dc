using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Admin;

/// <summary>Foreign pages that a browser of this machine shows can neither read nor change what is the emulator's own.</summary>
public sealed class OwnCallersTests : EmulatorTest
{
    private const string Rule = """{"kind":"status","operation":"cancel"}""";

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example:{port}")]
    [InlineData("127.0.0.1:1")]
    [InlineData("[::1]:{port}")]
    public async Task Under_another_name_nothing_is_answered(string host)
    {
        foreach (var path in new[] { "/", "/_emulator/jobs", "/_emulator/bills", "/_emulator/nothing" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(HttpMethod.Get, path, request =>
                request.Headers.Host = host.Replace("{port}", $"{Address.Port}", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_elsewhere_changes_nothing(string header, string value)
    {
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(HttpMethod.Post, "/_emulator/reset", request => request.Headers.Add(header, value)));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(HttpMethod.Post, "/_emulator/faults", request =>
        {
            request.Headers.Add(header, value);
            request.Content = new StringContent(Rule, Encoding.UTF8, "application/json");
        }));

        Assert.Equal("[]", (await Client.GetAsync("/_emulator/faults")).Text);
    }

    [Theory]
    [InlineData("Host", "evil.example:{port}")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_page_of_elsewhere_reads_and_submits_nothing_at_the_hosts_either(string header, string value)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/fal-ai/imagen4/preview"), (HttpMethod.Get, "/v1/models/requests/by-endpoint") })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(method, path, request =>
            {
                request.Headers.TryAddWithoutValidation("Authorization", "Key x");
                request.Headers.TryAddWithoutValidation(header, value.Replace("{port}", $"{Address.Port}", StringComparison.Ordinal));
            }));
        }
    }

    [Fact]
    public async Task Two_origins_are_none_of_its_own() => Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(HttpMethod.Get, "/_emulator/jobs",
        request => request.Headers.TryAddWithoutValidation("Origin", [$"http://127.0.0.1:{Address.Port}", "https://evil.example"])));

    [Fact]
    public async Task A_page_that_this_machine_serves_is_answered_as_by_a_host() => Assert.NotEqual(HttpStatusCode.Forbidden, await AskAsync(
        HttpMethod.Get, "/v1/models", request =>
        {
            request.Headers.Add("Origin", "http://localhost:3000");
            request.Headers.Add("Sec-Fetch-Site", "same-site");
        }));

    [Fact]
    public async Task The_own_page_and_programs_are_answered()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Get, "/_emulator/jobs", request =>
        {
            request.Headers.Add("Origin", $"http://127.0.0.1:{Address.Port}");
            request.Headers.Add("Sec-Fetch-Site", "same-origin");
        }));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(HttpMethod.Get, "/", request => request.Headers.Host = $"localhost:{Address.Port}"));
        Assert.Equal(HttpStatusCode.NoContent, await AskAsync(HttpMethod.Post, "/_emulator/reset", _ => { }));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task A_body_that_a_form_can_send_is_not_read(string type)
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await AskAsync(HttpMethod.Post, "/_emulator/faults", request =>
        {
            request.Content = new StringContent(Rule);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }));
        Assert.Equal("[]", (await Client.GetAsync("/_emulator/faults")).Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_body_is_not_read(bool isChunked)
    {
        var status = await AskAsync(HttpMethod.Post, "/_emulator/faults", request =>
        {
            request.Content = new StringContent($$"""{"kind":"{{new string('a', 2 * 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
            request.Headers.TransferEncodingChunked = isChunked;
        });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task The_page_runs_nothing_but_its_own()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.GetAsync(Address);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> AskAsync(HttpMethod method, string path, Action<HttpRequestMessage> prepare)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        prepare(request);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
