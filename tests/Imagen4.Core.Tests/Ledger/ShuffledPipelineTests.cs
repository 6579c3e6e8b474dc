using System.Globalization;
using System.Text;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;
using Imagen4.Emulator;
using EmulatorOptions = Imagen4.Emulator.EmulatorOptions;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>
/// Pipelines of rows, of results that are piped in again, and of edited ones, in any mixture and order, one run after the other:
/// the bill is what a short model of the rules says, and every row has its object.
/// </summary>
[Collection(RunsAlone.Name)]
public sealed class ShuffledPipelineTests : EnvironmentTest, IAsyncLifetime
{
    private const int Runs = 12;

    private static readonly string[] Prompts =
        ["a", "caf\u00E9\nau lait", "b", "[emulator:internal_server_error] c", "[emulator:content_policy_violation] d"];

    private static readonly string[] Seen = [nameof(ImagenInputs.Prompt), nameof(ImagenInputs.AdditionalInput), nameof(ImagenInputs.Seed)];

    // What the ledger should know: the last outcome of every row, by its input and its place among its like, or by its key.
    private readonly Dictionary<string, string> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _rowOf = new(StringComparer.Ordinal);
    private readonly List<(ImagenResult Result, string Row)> _results = [];
    private EmulatorServer _server = null!;
    private HttpClient _admin = null!;
    private Random _random = null!;
    private int _edits;

    public async Task InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions { GenerationTime = TimeSpan.Zero });
        _admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_server.Address, "/_emulator/") };
        TestClient.Providers.Set(TestHost.Profile(_server.Address) with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: true);
        TestClient.Providers.Set(TestHost.Profile(new Uri($"{_server.Address.AbsoluteUri.TrimEnd('/')}//"), "twin") with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await TestClient.Ledger.DisposeAsync();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Every_row_is_paid_for_as_often_as_the_rules_say(int seed)
    {
        _random = new Random(seed);
        for (var run = 0; run < Runs; run++)
        {
            var downloads = _random.Next(3) > 0;
            if (!downloads)
            {
                await TellAsync(HttpMethod.Post, "faults", new { operation = "download", kind = "status", status = 404, count = -1 });
            }

            await RunAsync($"seed {seed}, run {run}", downloads);
            await TellAsync(HttpMethod.Delete, "faults", null);
        }

        Assert.Equal(
            _states.Where(row => row.Value is ImagenStates.Delivered or ImagenStates.Completed).Select(row => row.Key).Order(StringComparer.Ordinal),
            TestClient.Ledger.List(new LedgerQuery { WithSuperseded = true }).Select(listed => listed.Known).Where(known => known.Step is RequestState.Delivered or RequestState.Completed)
                .Select(known => _rowOf[known.LedgerId]).Distinct().Order(StringComparer.Ordinal));
    }

    private async Task RunAsync(string about, bool downloads)
    {
        var options = new BatchOptions { Provider = "test", Wait = true, Continues = true, Output = new OutputFolder(Home.At("out"), force: false) };
        var check = TestClient.Check(options);
        var batch = TestClient.Client.StartBatch(options);
        var (places, edited, objects) = (new Dictionary<string, int>(), new Dictionary<string, string>(), 0);
        var (expectedBills, expectedObjects) = (await BillsAsync(), 0);
        var (records, sent) = (new HashSet<string>(), new HashSet<string>());
        var (count, earlier) = (_random.Next(1, 10), _results.ToList());
        for (var index = 1; index <= count; index++)
        {
            var (cells, row, kind) = Next(earlier, places, edited);
            var ready = check.Check(RowReader.Read(index, cells));
            var isRepeated = kind == Kind.EditedAgain || (kind == Kind.Record && !records.Add(row));
            Assert.True(isRepeated == ready.IsRepeated, $"{about}, row {index}: {row}");
            if (isRepeated)
            {
                Assert.Equal(new RowOutcome<ImagenResult>(null, null), await batch.RunAsync(ready, CancellationToken.None).InTime());
                continue;
            }

            expectedObjects++;
            var before = _states.GetValueOrDefault(row);
            var isSent = before is null || (before == ImagenStates.Failed && !row.Contains("content_policy", StringComparison.Ordinal) && sent.Add(row));
            expectedBills += isSent ? 1 : 0;
            sent.Add(row);
            var outcome = await batch.RunAsync(ready, CancellationToken.None).InTime();
            objects += outcome.Value is null ? 0 : 1;
            Assert.True(await BillsAsync() == expectedBills, $"{about}, row {index} ({before ?? "new"}): {row}; paid for {await BillsAsync()}, not {expectedBills}");
            var result = outcome.Value!;
            _rowOf[result.LedgerId!] = row;
            _states[row] = result.State;
            Assert.Equal(
                row.Contains("[emulator:", StringComparison.Ordinal) ? ImagenStates.Failed
                    : downloads || before == ImagenStates.Delivered ? ImagenStates.Delivered : ImagenStates.Completed,
                result.State);
            _results.Add((result, row));
        }

        Assert.Equal(expectedObjects, objects);
    }

    // The next record of a pipeline, and the row it is.
    private (Dictionary<string, object?> Cells, string Row, Kind Kind) Next(
        List<(ImagenResult Result, string Row)> earlier, Dictionary<string, int> places, Dictionary<string, string> edited)
    {
        if (earlier.Count == 0 || _random.Next(2) == 0)
        {
            var prompt = Prompts[_random.Next(Prompts.Length)];
            return (new() { ["Prompt"] = Written(prompt), ["AdditionalInput"] = Number(), ["Provider"] = Provider() }, Place(places, prompt), Kind.Row);
        }

        var (result, row) = earlier[_random.Next(earlier.Count)];
        var cells = Cells(result);
        cells["Provider"] = Provider();
        if (_random.Next(4) > 0)
        {
            return (cells, row, Kind.Record);
        }

        // Edited, and given a prompt that no other row has; or the one that another record of the request was given before it.
        cells.Remove("Seed");
        if (edited.TryGetValue(result.LedgerId!, out var before))
        {
            cells["Prompt"] = before;
            return (cells, before, Kind.EditedAgain);
        }

        cells["Prompt"] = edited[result.LedgerId!] = $"edited {++_edits}";
        return (cells, Place(places, edited[result.LedgerId!]), Kind.Row);
    }

    private static string Place(Dictionary<string, int> places, string prompt) =>
        string.Create(CultureInfo.InvariantCulture, $"{prompt} #{places[prompt] = places.GetValueOrDefault(prompt) + 1}");

    // As a CSV has it: text, and nothing where there is nothing.
    private static Dictionary<string, object?> Cells(ImagenResult result) => Seen
        .Select(name => KeyValuePair.Create(name, typeof(ImagenResult).GetProperty(name)!.GetValue(result)))
        .Concat([new(nameof(result.LedgerId), result.LedgerId), new(nameof(result.RequestId), result.RequestId), new(nameof(result.Model), result.Model)])
        .ToDictionary(cell => cell.Key, cell => (object?)Convert.ToString(cell.Value, CultureInfo.InvariantCulture));

    private string Provider() => _random.Next(2) == 0 ? "test" : "TWIN";

    private string Number() => $$"""{"guidance": {{new[] { "3.5", "3.50", "35e-1" }[_random.Next(3)]}}}""";

    private string Written(string prompt) => _random.Next(4) switch
    {
        0 => prompt,
        1 => $" {prompt}\t",
        2 => prompt.Normalize(NormalizationForm.FormD),
        _ => prompt.ReplaceLineEndings("\r\n"),
    };

    private async Task<int> BillsAsync() => (await _admin.GetStringAsync("bills")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task TellAsync(HttpMethod method, string path, object? what)
    {
        using var request = new HttpRequestMessage(method, path) { Content = what is null ? null : System.Net.Http.Json.JsonContent.Create(what) };
        using var answer = await _admin.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private enum Kind
    {
        Row,
        Record,
        EditedAgain,
    }
}
