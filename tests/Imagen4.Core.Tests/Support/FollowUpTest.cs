using System.Net.Http.Json;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Providers;
using Imagen4.Emulator;
using Imagen4.Torture;
using EmulatorOptions = Imagen4.Emulator.EmulatorOptions;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// Requests that are followed up, with a ledger of their own and the emulator's bill at the end: every provider is the emulator's
/// persona of it.
/// </summary>
public abstract class FollowUpTest : EnvironmentTest, IAsyncLifetime
{
    private EmulatorServer _server = null!;
    private HttpClient _admin = null!;

    /// <summary>What the user was told, in order.</summary>
    internal List<string> Warnings { get; } = [];

    internal virtual TimeProvider Time { get; } = new SkippingTime();

    internal Uri Address => _server.Address;

    public async Task InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { GenerationTime = TimeSpan.Zero });
        _admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_server.Address, "/_emulator/") };
        foreach (var name in new[] { "fal", "chainhub", "kkiai" })
        {
            // What a host lacks is remembered by its address: that is another one in every test.
            var address = name == "fal" ? _server.Address : new Uri(_server.Address, name);
            var profile = TestClient.Providers.Find(name) with
            {
                BaseUri = address, PlatformUri = null, Offers = [], OpenKey = "open", Scope = ProviderScope.Session,
            };
            TestClient.Providers.Set(profile, makeDefault: name == "fal");
        }
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await TestClient.Ledger.DisposeAsync();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    /// <summary>What holds for a batch that continues and only submits.</summary>
    internal BatchOptions Batch(string? provider) => new()
    {
        Provider = provider,
        Continues = true,
        Time = Time,
        Warn = text =>
        {
            lock (Warnings)
            {
                Warnings.Add(text);
            }
        },
    };

    /// <summary>Submits a row, as every run of the same batch would.</summary>
    internal async Task<ImagenRequest> SubmitAsync(string provider, string prompt = "a red fox")
    {
        var options = Batch(provider);
        var row = TestClient.Check(options).Check(TestHost.Row(prompt: prompt));
        return (await TestClient.Client.StartBatch(options).SubmitAsync(row, CancellationToken.None).InTime()).Value!;
    }

    /// <summary>Follows a request up, in a run of its own.</summary>
    internal async Task<T> FollowAsync<T>(
        ImagenRequest request, Func<RequestFollowUp, Imagen4.Core.Protocols.Contract.RequestReference, RequestRecord, Task<T>> follow, bool wait = false)
    {
        var options = Batch(request.Provider!) with { Wait = wait };
        var run = TestClient.Client.FollowUp(options);
        var record = new RequestRecord { Index = 1, RequestId = request.RequestId!, Provider = request.Provider, Model = request.Model };
        return await follow(run, run.CreateReference(record), record).InTime();
    }

    internal Task<RowOutcome<ImagenRequestStatus>> ReadStatusAsync(ImagenRequest request, bool wait = false) =>
        FollowAsync(
            request, (run, reference, _) => run.ReadStatusAsync(reference, logs: false, changed: null, CancellationToken.None), wait);

    internal Task<RowOutcome<ImagenResult>> ReceiveAsync(ImagenRequest request, bool wait = false) =>
        FollowAsync(request, (run, reference, record) => run.ReceiveAsync(reference, record, CancellationToken.None), wait);

    internal Task<RowOutcome<ImagenRequestStatus>> CancelAsync(ImagenRequest request) =>
        FollowAsync(request, (run, reference, _) => run.CancelAsync(reference, readBack: true, CancellationToken.None));

    /// <summary>How far the ledger says a request is.</summary>
    internal static RequestState Step(ImagenRequest request) => TestClient.Ledger.OfLedgerId(request.LedgerId!)!.Step;

    /// <summary>How many requests were paid for.</summary>
    internal async Task<int> BillsAsync() =>
        (await _admin.GetStringAsync("bills")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The requests the emulator saw, as <c>METHOD path</c>.</summary>
    internal async Task<IReadOnlyList<string>> RequestsAsync() =>
    [
        .. JsonElement.Parse(await _admin.GetStringAsync("requests")).EnumerateArray()
            .Select(record => $"{record.GetProperty("method")} {record.GetProperty("path")}"),
    ];

    /// <summary>Lets calls go wrong.</summary>
    internal Task FaultAsync(object rule) => TellAsync(HttpMethod.Post, "faults", rule);

    /// <summary>Answers an operation otherwise than it would be.</summary>
    internal Task AnswerAsync(string operation, int status, string body, int count = -1) =>
        FaultAsync(new { kind = "status", operation, status, body, count });

    /// <summary>Lets everything go well again.</summary>
    internal async Task HealAsync()
    {
        using var answer = await _admin.DeleteAsync(new Uri("faults", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode);
    }

    /// <summary>Puts requests into the ledger that a host has accepted some time ago.</summary>
    private protected Task PutAsync(string provider, Uri address, params string[] ids) => Sample.PutAsync(Home.Path, [.. ids.Select((id, number) =>
    {
        var entry = Sample.Entry(number + 1);
        entry = new LedgerEntry(provider, entry.Model, Key: null, entry.Input)
        {
            BaseAddress = ProviderAddress.Normal(address), Row = entry.Row, Index = number + 1, RequestId = id,
        };
        return Sample.Stored(entry, RequestState.Accepted);
    })]);

    private async Task TellAsync(HttpMethod method, string path, object what)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(what) };
        using var answer = await _admin.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
