using Imagen4.Core.History;
using Imagen4.Core.Hosts;
using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.History;

/// <summary>What a history says, and what of it is believed and written down.</summary>
public sealed class DoubtSettlerTests : IAsyncDisposable
{
    private const string Nothing = """{"items":[],"has_more":false}""";

    private readonly TempFolder _home = new();
    private readonly SkippingTime _time = new();
    private readonly RequestLedger _ledger;

    public DoubtSettlerTests() => _ledger = new RequestLedger(_home.Path, _time);

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task An_absence_proves_nothing_where_the_host_promises_nothing()
    {
        var (settled, _) = await SettleAsync(lag: null, new Answer(200, Nothing));

        Assert.Equal((HistoryFinding.Unknown, LedgerStep.InDoubt), (settled.Match!.Finding, settled.Known.Step));
    }

    [Fact]
    public async Task An_absence_counts_once_the_lag_has_passed()
    {
        var (settled, server) = await SettleAsync(lag: 20, new Answer(200, Nothing));

        Assert.Equal((HistoryFinding.Absent, LedgerStep.NotSubmitted), (settled.Match!.Finding, settled.Known.Step));
        Assert.Null(settled.Known.Error);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task What_turns_up_within_the_lag_is_found()
    {
        var (settled, _) = await SettleAsync(lag: 20, new Answer(200, Nothing), new Answer(200, Labelled("it")));

        Assert.Equal((LedgerStep.Accepted, "it", true), (settled.Known.Step, settled.Known.RequestId, settled.Known.IsLeft));
    }

    [Fact]
    public async Task A_lag_that_is_too_long_is_not_waited_for()
    {
        var (settled, server) = await SettleAsync(lag: 3600, new Answer(200, Nothing));

        Assert.Equal((HistoryFinding.Unknown, LedgerStep.InDoubt), (settled.Match!.Finding, settled.Known.Step));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false, nameof(LedgerStep.InDoubt))]
    [InlineData(true, nameof(LedgerStep.Accepted))]
    public async Task What_is_only_likely_is_taken_when_that_is_wanted(bool takesLikely, string expected)
    {
        var at = _time.GetUtcNow().ToString("O");
        var likely = $$"""{"items":[{"request_id":"it","sent_at":"{{at}}","json_input":{"prompt":"a red fox"} }],"has_more":false}""";

        var (settled, _) = await SettleAsync(lag: 0, takesLikely, new Answer(200, likely));

        Assert.Equal((HistoryFinding.Likely, expected), (settled.Match!.Finding, settled.Known.Step.ToString()));
    }

    [Fact]
    public async Task A_request_that_the_ledger_knows_as_another_one_is_not_taken()
    {
        await _ledger.RecordAsync(LedgerStep.Accepted, Entry() with { RequestId = "it" }, CancellationToken.None);
        var at = _time.GetUtcNow().ToString("O");
        var known = $$"""{"items":[{"request_id":"it","sent_at":"{{at}}","json_input":{"prompt":"a red fox"} }],"has_more":false}""";

        var (settled, _) = await SettleAsync(lag: 0, takesLikely: true, new Answer(200, known));

        Assert.Equal(LedgerStep.NotSubmitted, settled.Known.Step);
    }

    private Task<(Settlement Settled, WebServer Server)> SettleAsync(double? lag, params Answer[] answers) =>
        SettleAsync(lag, takesLikely: false, answers);

    private async Task<(Settlement Settled, WebServer Server)> SettleAsync(double? lag, bool takesLikely, params Answer[] answers)
    {
        await using var server = await WebServer.AnsweringAsync(
            [.. answers.Select(answer => answer with { Body = answer.Body.Replace("LEDGER", "entry", StringComparison.Ordinal) })]);
        var entry = Entry() with { LedgerId = "entry" };
        await _ledger.RecordAsync(LedgerStep.Intent, entry, CancellationToken.None);
        await _ledger.RecordAsync(LedgerStep.InDoubt, entry with { Error = "lost" }, CancellationToken.None);
        _ledger.View.Refresh();
        var profile = TestHost.Profile(new Uri("https://queue.example")) with
        {
            PlatformUri = new Uri(server.Address, "v1"),
            Offers = [HostOffer.History],
            HistoryLag = lag,
        };
        var settled = await new DoubtSettler(_ledger)
            .SettleAsync(TestHost.Connect(profile, _time), _ledger.View.OfLedgerId("entry")!, takesLikely, CancellationToken.None)
            .InTime();
        return (settled, server);
    }

    private static LedgerEntry Entry() => new("test", TestHost.Model, Key: null, TestHost.Input());

    private static string Labelled(string id) =>
        $$"""{"items":[{"request_id":"{{id}}","tags":"imagen4-ledger=LEDGER"}],"has_more":false}""";
}
