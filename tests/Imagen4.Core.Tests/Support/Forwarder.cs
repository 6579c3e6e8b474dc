using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Tests.Support;

/// <summary>A gateway in front of the emulator, which takes every request; its answers to POSTs are the test's.</summary>
internal sealed class Forwarder : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private WebServer _server = null!;

    public Uri Address => _server.Address;

    /// <summary>How many POSTs have come.</summary>
    public int Posts => _server.Requests.Count(seen => seen.Method == "POST");

    /// <summary>Starts one.</summary>
    /// <param name="behind">The address it hands requests on to.</param>
    /// <param name="answer">The answer to a POST, made from the one that came back.</param>
    public static async Task<Forwarder> StartAsync(Uri behind, Func<JsonElement, Answer> answer)
    {
        var forwarder = new Forwarder();
        forwarder._server = await WebServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(behind, $"{context.Request.Path}{context.Request.QueryString}".TrimStart('/')));
            request.Headers.TryAddWithoutValidation("Authorization", $"{context.Request.Headers.Authorization}");
            request.Content = body.Length > 0 ? new ByteArrayContent(body.ToArray()) : null;
            using var response = await forwarder._client.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            var own = new Answer((int)response.StatusCode, Type: $"{response.Content.Headers.ContentType}") { Bytes = bytes };
            await (context.Request.Method == "POST" ? answer(JsonElement.Parse(Encoding.UTF8.GetString(bytes))) : own).WriteAsync(context);
        });
        return forwarder;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
    }
}
