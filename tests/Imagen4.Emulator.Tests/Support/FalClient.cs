using System.Text;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>A plain client of the queue: no retries, no cleverness, every answer as it came.</summary>
internal sealed class FalClient(Uri address) : IDisposable
{
    public const string Model = "fal-ai/imagen4/preview";
    public const string App = "fal-ai/imagen4";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = Deadline };

    public string? Authorization { get; set; } = "Key test-key";

    public Task<Reply> SubmitAsync(string body, string model = Model, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, $"/{model}", body, headers);

    /// <summary>Submits a prompt and gives its request id.</summary>
    public async Task<string> SubmitPromptAsync(string prompt, params (string Name, string Value)[] headers)
    {
        var reply = await SubmitAsync($$"""{"prompt":"{{prompt}}"}""", Model, headers);
        Assert.Equal(200, reply.Status);
        return reply.Json.GetProperty("request_id").GetString()!;
    }

    public Task<Reply> StatusAsync(string requestId, string query = "") => GetAsync($"/{App}/requests/{requestId}/status{query}");

    public Task<Reply> ResultAsync(string requestId, string app = App) => GetAsync($"/{app}/requests/{requestId}");

    public Task<Reply> CancelAsync(string requestId) => SendAsync(HttpMethod.Put, $"/{App}/requests/{requestId}/cancel");

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Fetches a file the way a client should: without the key.</summary>
    public async Task<Reply> DownloadAsync(string url)
    {
        using var anonymous = new FalClient(address) { Authorization = null };
        return await anonymous.GetAsync(url);
    }

    public async Task<Reply> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var response = await _http.SendAsync(Request(method, path, body, headers));
        return await Reply.ReadAsync(response);
    }

    /// <summary>Opens a stream of events; the caller reads them one by one.</summary>
    public async Task<EventReader> StreamAsync(string requestId, string query = "")
    {
        var request = Request(HttpMethod.Get, $"/{App}/requests/{requestId}/status/stream{query}", null, []);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventReader(response, await response.Content.ReadAsStreamAsync(), Deadline);
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string path, string? body, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (Authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", Authorization);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }
}
