using System.Net.Http.Json;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Emulator;
using EmulatorOptions = Imagen4.Emulator.EmulatorOptions;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// Batches against an emulator, with a ledger and an output folder of the test's own. What other processes run is the mode
/// <c>rows</c> of the torture program.
/// </summary>
public abstract class BatchTest : EnvironmentTest, IAsyncLifetime
{
    private readonly List<string> _warnings = [];
    private EmulatorServer _server = null!;
    private HttpClient _admin = null!;

    internal string Out => Home.At("out");

    internal Uri Address => _server.Address;

    internal IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_warnings)
            {
                return [.. _warnings];
            }
        }
    }

    public async Task InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { GenerationTime = TimeSpan.Zero });
        _admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_server.Address, "/_emulator/") };
        TestClient.Providers.Set(TestHost.Profile(_server.Address) with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: true);
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await TestClient.Ledger.DisposeAsync();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>The prompt of a row, as other processes have it.</summary>
    internal static string Prompt(int row) => $"a red fox, number {row}";

    /// <summary>Another process that runs the rows of this test.</summary>
    internal async Task<TortureProcess> StartOtherAsync(int rows = 1)
    {
        var process = TortureProcess.Start("rows", Home.Path, $"{Address}", Out, $"{rows}");
        Assert.Equal("ready", await process.ReadAsync());
        process.Go();
        return process;
    }

    internal BatchOptions Batch(TimeProvider? time = null) => new()
    {
        Provider = "test",
        Wait = true,
        Output = new OutputFolder(Out, force: false),
        Continues = true,
        Time = time ?? TimeProvider.System,
        Warn = text =>
        {
            lock (_warnings)
            {
                _warnings.Add(text);
            }
        },
    };

    /// <summary>Runs rows side by side; what became of each, in their order.</summary>
    internal static async Task<IReadOnlyList<RowOutcome<ImagenResult>>> RunAsync(BatchOptions options, params string[] prompts)
    {
        var check = TestClient.Check(options);
        var run = TestClient.Client.StartBatch(options);
        var rows = prompts.Select((prompt, index) => check.Check(TestHost.Row(index + 1, prompt))).ToList();
        return await Task.WhenAll(rows.Select(row => run.RunAsync(row, CancellationToken.None))).InTime();
    }

    /// <summary>Runs one row until it has ended or is stopped.</summary>
    internal static Task<RowOutcome<ImagenResult>> RunUntilAsync(BatchOptions options, string prompt, CancellationToken stop) =>
        TestClient.Client.StartBatch(options).RunAsync(TestClient.Check(options).Check(TestHost.Row(1, prompt)), stop);

    internal async Task<int> BillsAsync() => (await BillLinesAsync()).Length;

    /// <summary>The bills, each a line of JSON.</summary>
    internal async Task<string[]> BillLinesAsync() => (await _admin.GetStringAsync("bills")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    internal Task FaultAsync(object rule) => TellAsync(HttpMethod.Post, "faults", rule);

    /// <summary>Whether a fault is still to come: a rule is gone once it has hit.</summary>
    internal async Task<bool> HasFaultsAsync() => await _admin.GetStringAsync("faults") != "[]";

    internal Task EndFaultsAsync() => TellAsync(HttpMethod.Delete, "faults", null);

    internal Task SettingsAsync(object settings) => TellAsync(HttpMethod.Put, "settings", settings);

    internal static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    internal static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!await condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private async Task TellAsync(HttpMethod method, string path, object? what)
    {
        using var request = new HttpRequestMessage(method, path) { Content = what is null ? null : JsonContent.Create(what) };
        using var answer = await _admin.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
