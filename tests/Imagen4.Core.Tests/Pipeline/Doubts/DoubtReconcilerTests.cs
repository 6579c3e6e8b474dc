using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Doubts;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Doubts;

/// <summary>What a history says, and what of it is believed and written down.</summary>
public sealed class DoubtReconcilerTests : IAsyncDisposable
{
    private static readonly string Doubted = LedgerEntry.NewId();

    private const string Nothing = """{"items":[],"has_more":false}""";

    private readonly TempFolder _home = new();
    private readonly SkippingTime _time = new();
    private readonly RequestLedger _ledger;
    private string? _sentTo;

    public DoubtReconcilerTests() => _ledger = new RequestLedger(new SqliteDatabase(_home.Path), _time);

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task An_absence_proves_nothing_where_the_host_promises_nothing()
    {
        var (settled, _) = await SettleAsync(lag: null, new Answer(200, Nothing));

        Assert.Equal((HistoryFinding.Unknown, RequestState.InDoubt), (settled.Match!.Finding, settled.Known!.Step));
    }

    [Fact]
    public async Task An_absence_counts_once_the_lag_has_passed()
    {
        var (settled, server) = await SettleAsync(lag: 20, new Answer(200, Nothing));

        Assert.Equal((HistoryFinding.Absent, RequestState.NotSubmitted), (settled.Match!.Finding, settled.Known!.Step));
        Assert.Null(settled.Known!.Error);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task What_turns_up_within_the_lag_is_found()
    {
        var (settled, _) = await SettleAsync(lag: 20, takesLikely: true, new Answer(200, Nothing), new Answer(200, Labelled("it", _time.GetUtcNow())));

        Assert.Equal((RequestState.Accepted, "it", true), (settled.Known!.Step, settled.Known!.RequestId, settled.Known!.Owner is null));
    }

    [Fact]
    public async Task A_lag_that_is_too_long_is_not_waited_for()
    {
        var (settled, server) = await SettleAsync(lag: 3600, new Answer(200, Nothing));

        Assert.Equal((HistoryFinding.Unknown, RequestState.InDoubt), (settled.Match!.Finding, settled.Known!.Step));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false, nameof(RequestState.InDoubt))]
    [InlineData(true, nameof(RequestState.Accepted))]
    public async Task What_is_only_likely_is_taken_when_that_is_wanted(bool takesLikely, string expected)
    {
        var at = _time.GetUtcNow().ToString("O");
        var likely = $$"""{"items":[{"request_id":"it","sent_at":"{{at}}","json_input":{"prompt":"a red fox"} }],"has_more":false}""";

        var (settled, _) = await SettleAsync(lag: 0, takesLikely, new Answer(200, likely));

        Assert.Equal((HistoryFinding.Likely, expected), (settled.Match!.Finding, settled.Known!.Step.ToString()));
    }

    [Fact]
    public async Task A_label_settles_nothing_by_itself()
    {
        var (settled, _) = await SettleAsync(lag: 0, new Answer(200, Labelled("it", _time.GetUtcNow())));

        Assert.Equal((HistoryFinding.Likely, RequestState.InDoubt), (settled.Match!.Finding, settled.Known!.Step));
    }

    [Fact]
    public async Task A_request_that_the_ledger_knows_as_another_one_is_not_taken()
    {
        var other = Entry() with { RequestId = "it" };
        Assert.True(await _ledger.ClaimAsync(other, newest: null, isSeen: true, CancellationToken.None));
        await _ledger.RecordAsync(RequestState.Intent, other, CancellationToken.None);
        await _ledger.RecordAsync(RequestState.Accepted, other, CancellationToken.None);
        var at = _time.GetUtcNow().ToString("O");
        var known = $$"""{"items":[{"request_id":"it","sent_at":"{{at}}","json_input":{"prompt":"a red fox"} }],"has_more":false}""";

        var (settled, _) = await SettleAsync(lag: 0, takesLikely: true, new Answer(200, known));

        Assert.Equal(RequestState.NotSubmitted, settled.Known!.Step);
    }

    [Fact]
    public async Task The_list_of_another_address_than_it_was_sent_to_says_nothing()
    {
        _sentTo = "https://former.example/";

        var (settled, server) = await SettleAsync(lag: 0, takesLikely: true, new Answer(200, Labelled("it", _time.GetUtcNow())));

        Assert.Null(settled.Match);
        Assert.Equal(RequestState.InDoubt, settled.Known!.Step);
        Assert.True(DoubtReconciler.MayConfirm(TestHost.Connect(TestHost.Profile(server.Address)), settled.Known));
        Assert.False(DoubtReconciler.MayConfirm(TestHost.Connect(TestHost.Profile(server.Address, "another")), settled.Known));
        Assert.Empty(server.Requests);
    }

    private Task<(Reconciliation Settled, WebServer Server)> SettleAsync(double? lag, params Answer[] answers) =>
        SettleAsync(lag, takesLikely: false, answers);

    private async Task<(Reconciliation Settled, WebServer Server)> SettleAsync(double? lag, bool takesLikely, params Answer[] answers)
    {
        await using var server = await WebServer.AnsweringAsync(
            [.. answers.Select(answer => answer with { Body = answer.Body.Replace("LEDGER", Doubted, StringComparison.Ordinal) })]);
        var entry = Entry() with { LedgerId = Doubted, BaseAddress = _sentTo };
        Assert.True(await _ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None));
        await _ledger.RecordAsync(RequestState.Intent, entry, CancellationToken.None);
        await _ledger.RecordAsync(RequestState.InDoubt, entry with { Error = "lost" }, CancellationToken.None);
        var profile = TestHost.Profile(new Uri("https://queue.example")) with
        {
            PlatformUri = new Uri(server.Address, "v1"),
            Offers = [HostOffer.History],
            HistoryLag = lag,
        };
        var settled = await new DoubtReconciler(_ledger, TestClient.Protocols)
            .ReconcileAsync(TestHost.Connect(profile, _time), _ledger.OfLedgerId(Doubted)!, takesLikely, CancellationToken.None)
            .InTime();
        return (settled, server);
    }

    private static LedgerEntry Entry() => new("test", TestHost.Model, Key: null, TestHost.Input());

    private static string Labelled(string id, DateTimeOffset at) =>
        $$"""{"items":[{"request_id":"{{id}}","sent_at":"{{at:O}}","tags":"imagen4-ledger=LEDGER","json_input":{"prompt":"a red fox"} }],"has_more":false}""";
}
