using System.Net.Http.Json;
using System.Text.Json;

namespace Imagen4.Torture;

/// <summary>An emulator, seen from its back door.</summary>
/// <param name="address">Where it listens.</param>
internal sealed class EmulatorAdmin(Uri address) : IDisposable
{
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

    /// <summary>How often each prompt was paid for.</summary>
    public async Task<IReadOnlyDictionary<string, int>> BillsAsync()
    {
        var lines = (await _client.GetStringAsync("_emulator/bills").ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Select(line => JsonElement.Parse(line).GetProperty("input").GetProperty("prompt").GetString()!)
            .GroupBy(prompt => prompt, StringComparer.Ordinal)
            .ToDictionary(prompt => prompt.Key, prompt => prompt.Count(), StringComparer.Ordinal);
    }

    /// <summary>Whether the rule for a text has not been used up.</summary>
    public async Task<bool> HasRuleAsync(string match) =>
        (await _client.GetFromJsonAsync<JsonElement[]>("_emulator/faults").ConfigureAwait(false))!
        .Any(rule => rule.TryGetProperty("match", out var text) && text.GetString() == match);

    /// <summary>The bytes of an image as the host has them.</summary>
    public Task<byte[]> SourceAsync(string uri) => _client.GetByteArrayAsync(uri);

    public void Dispose() => _client.Dispose();
}
