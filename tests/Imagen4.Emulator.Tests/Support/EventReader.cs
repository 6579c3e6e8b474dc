using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>Server-sent events, one at a time, each within a deadline.</summary>
internal sealed class EventReader(HttpResponseMessage response, Stream stream, TimeSpan deadline) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<SseItem<string>> _events = SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

    /// <summary>The next status, or null at the end of the stream.</summary>
    public async Task<JsonElement?> NextAsync() =>
        await _events.MoveNextAsync().AsTask().WaitAsync(deadline) ? JsonElement.Parse(_events.Current.Data) : null;

    public async ValueTask DisposeAsync()
    {
        response.Dispose();
        try
        {
            await _events.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The response was closed under a read: that is what this test wanted.
        }
    }
}
