using System.Text.Json;

namespace Imagen4.Emulator.Tests.Support;

/// <summary>A test against a server of its own, on a real port, whose clock the test moves unless it chooses another.</summary>
public abstract class EmulatorTest : IAsyncLifetime
{
    /// <summary>How long one job runs on the test's clock.</summary>
    internal const double GenerationSeconds = 10;

    private EmulatorServer? _server;

    internal ManualTime Time { get; } = new();

    internal virtual TimeProvider Clock => Time;

    internal Uri Address => _server!.Address;

    internal FalClient Client { get; private set; } = null!;

    internal virtual EmulatorOptions Options => new() { Slots = 1, GenerationTime = TimeSpan.FromSeconds(GenerationSeconds) };

    public async Task InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(Options with { Time = Clock });
        Client = new FalClient(_server.Address);
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _server!.DisposeAsync();
    }

    /// <summary>Submits an input, lets it run and gives the answer to the result read.</summary>
    internal async Task<Reply> RunAsync(string input, string model = FalClient.Model)
    {
        var submitted = await Client.SubmitAsync(input, model);
        Assert.Equal(200, submitted.Status);
        Time.Advance(GenerationSeconds);
        return await Client.ResultAsync(submitted.Json.GetProperty("request_id").GetString()!, string.Join('/', model.Split('/')[..2]));
    }

    internal async Task<IReadOnlyList<JsonElement>> BillsAsync()
    {
        var reply = await Client.GetAsync("/_emulator/bills");
        return [.. reply.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    internal async Task<IReadOnlyList<JsonElement>> RequestsAsync() =>
        [.. (await Client.GetAsync("/_emulator/requests")).Json.EnumerateArray()];
}
