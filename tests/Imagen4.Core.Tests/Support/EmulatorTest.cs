using System.Net.Http.Json;
using System.Text.Json;
using Imagen4.Core.Providers;
using Imagen4.Emulator;
using EmulatorOptions = Imagen4.Emulator.EmulatorOptions;

namespace Imagen4.Core.Tests.Support;

/// <summary>A test against an emulator of its own, on a real port.</summary>
public abstract class EmulatorTest : IAsyncLifetime
{
    private EmulatorServer? _server;

    internal Uri Address => _server!.Address;

    internal HostConnection Host { get; private set; } = null!;

    /// <summary>A plain client of the emulator's own pages.</summary>
    internal HttpClient Admin { get; private set; } = null!;

    internal virtual EmulatorOptions Options => new() { GenerationTime = TimeSpan.Zero };

    internal virtual TimeProvider Time { get; } = TimeProvider.System;

    public async Task InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(Options);
        Admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_server.Address, "/_emulator/") };
        Host = TestHost.Connect(_server.Address, Time);
    }

    public async Task DisposeAsync()
    {
        Admin.Dispose();
        await _server!.DisposeAsync();
    }

    /// <summary>The bill log: what was paid for.</summary>
    internal async Task<IReadOnlyList<JsonElement>> BillsAsync() =>
        [.. (await Admin.GetStringAsync("bills")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    /// <summary>The requests the emulator saw, as <c>METHOD path</c>.</summary>
    internal async Task<IReadOnlyList<string>> RequestsAsync() =>
        [.. (await RecordsAsync()).Select(record => $"{record.GetProperty("method")} {record.GetProperty("path")}")];

    internal async Task<IReadOnlyList<JsonElement>> RecordsAsync() =>
        [.. JsonElement.Parse(await Admin.GetStringAsync("requests")).EnumerateArray()];

    /// <summary>Lets the next calls go wrong.</summary>
    internal async Task FaultAsync(object rule)
    {
        using var answer = await Admin.PostAsJsonAsync("faults", rule);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Changes the queue while it works.</summary>
    internal async Task SettingsAsync(object settings)
    {
        using var answer = await Admin.PutAsJsonAsync("settings", settings);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
