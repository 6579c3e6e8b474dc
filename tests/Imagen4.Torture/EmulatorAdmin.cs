using System.Net.Http.Json;
using System.Text.Json;

namespace Imagen4.Torture;

/// <summary>An emulator, seen from its back door.</summary>
/// <param name="address">Where it listens.</param>
internal sealed class EmulatorAdmin(Uri address) : IDisposable
{
    /// <summary>Where it listens.</summary>
    public Uri Address => address;

    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Forgets everything, and works fast with room for all.</summary>
    public async Task ResetAsync(bool history, double generationTime)
    {
        (await _client.PostAsync("_emulator/reset", content: null).ConfigureAwait(false)).EnsureSuccessStatusCode();
        await SetAsync(new { slots = 500, generation_time = generationTime, history }).ConfigureAwait(false);
    }

    public async Task SetAsync(object settings) =>
        (await _client.PutAsJsonAsync("_emulator/settings", settings).ConfigureAwait(false)).EnsureSuccessStatusCode();

    public async Task FaultAsync(object rule) =>
        (await _client.PostAsJsonAsync("_emulator/faults", rule).ConfigureAwait(false)).EnsureSuccessStatusCode();

    public async Task ClearFaultsAsync() =>
        (await _client.DeleteAsync("_emulator/faults").ConfigureAwait(false)).EnsureSuccessStatusCode();

    /// <summary>What was paid for.</summary>
    public async Task<IReadOnlyList<JsonElement>> BillsAsync() =>
        [.. (await _client.GetStringAsync("_emulator/bills").ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line))];

    /// <summary>How much was paid for.</summary>
    public async Task<int> BillCountAsync() =>
        (await _client.GetFromJsonAsync<JsonElement>("_emulator/summary").ConfigureAwait(false)).GetProperty("bills").GetInt32();

    /// <summary>Every request that was accepted, as the host knows it.</summary>
    public async Task<IReadOnlyList<JsonElement>> JobsAsync() =>
        (await _client.GetFromJsonAsync<JsonElement[]>("_emulator/jobs").ConfigureAwait(false))!;

    /// <summary>How many calls a fault has hit, of the newest ten thousand.</summary>
    public async Task<int> HitsAsync() =>
        (await _client.GetFromJsonAsync<JsonElement[]>("_emulator/requests").ConfigureAwait(false))!
        .Count(request => request.TryGetProperty("fault", out _));

    /// <summary>Whether the rule for a text has not been used up.</summary>
    public async Task<bool> HasRuleAsync(string match) =>
        (await _client.GetFromJsonAsync<JsonElement[]>("_emulator/faults").ConfigureAwait(false))!
        .Any(rule => rule.TryGetProperty("match", out var text) && text.GetString() == match);

    /// <summary>The bytes of an image as the host has them.</summary>
    public Task<byte[]> SourceAsync(string uri) => _client.GetByteArrayAsync(uri);

    public void Dispose() => _client.Dispose();
}
