using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;
using Imagen4.Emulator;
using EmulatorOptions = Imagen4.Emulator.EmulatorOptions;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>The rules by which a batch continues an earlier one, with the emulator's bill at the end of each.</summary>
[Collection(RunsAlone.Name)]
public sealed class ContinuationTests : EnvironmentTest, IAsyncLifetime
{
    private readonly List<string> _warnings = [];
    private EmulatorServer _server = null!;
    private HttpClient _admin = null!;

    private string Out => Home.At("out");

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

    [Fact]
    public async Task The_same_rows_in_any_order_with_others_between_them_are_paid_for_once()
    {
        await RunAsync(Batch(), "a", "b", "a");
        Assert.Equal(3, await BillsAsync());

        var again = await RunAsync(Batch(), "new", "b", "a", "a");

        Assert.Equal(4, await BillsAsync());
        Assert.All(again, row => Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error)));
        Assert.Equal(4, again.Select(row => row.Value!.RequestId).Distinct().Count());
        Assert.Equal([1, 2, 3, 4], again.Select(row => row.Value!.Index));
    }

    [Fact]
    public async Task An_edited_row_and_one_more_of_the_same_are_new()
    {
        await RunAsync(Batch(), "a", "b");

        await RunAsync(Batch(), "a", "b, edited", "a");

        Assert.Equal(4, await BillsAsync());
    }

    [Fact]
    public async Task Another_directory_makes_new_rows_and_the_check_names_the_old_one_before_anything_is_sent()
    {
        await RunAsync(Batch(), "a", "b");
        Assert.Empty(_warnings);
        var other = Batch() with { Output = new OutputFolder(Home.At("other"), force: false) };
        var check = TestClient.Check(other);
        Assert.Equal(new PaidBefore(PaidBeforeReason.OtherDirectory, Out), check.Check(Row(1, "a")).PaidBefore);
        Assert.Equal(new PaidBefore(PaidBeforeReason.OtherDirectory, Out), check.Check(Row(2, "b")).PaidBefore);
        Assert.Null(check.Check(Row(3, "c")).PaidBefore);
        Assert.Equal(2, await BillsAsync());
        await RunAsync(other, "a", "b");
        Assert.Equal(4, await BillsAsync());
    }

    [Fact]
    public async Task Another_provider_makes_new_rows_and_the_check_names_the_old_one_unless_it_was_the_emulator()
    {
        // One server by two addresses: what a host is, its address says.
        var elsewhere = new UriBuilder(_server.Address) { Host = "localhost" }.Uri;
        TestClient.Providers.Set(TestHost.Profile(elsewhere, "gateway") with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);
        await RunAsync(Batch(), "a", "b");

        var other = Batch() with { Provider = "gateway" };
        Assert.Equal(new PaidBefore(PaidBeforeReason.OtherProvider, "test"), TestClient.Check(other).Check(Row(1, "a")).PaidBefore);
        Assert.Equal(new PaidBefore(PaidBeforeReason.OtherProvider, "test"), TestClient.Check(other).Check(Row(1, "b") with { Key = "k" }).PaidBefore);
        Assert.Null(TestClient.Check(other).Check(Row(1, "c")).PaidBefore);

        // One pipeline may compare providers.
        var check = TestClient.Check(Batch());
        _ = await TestClient.Client.StartBatch(Batch()).RunAsync(check.Check(Row(1, "d")), CancellationToken.None).InTime();
        Assert.Null(check.Check(Row(2, "d") with { Provider = "gateway" }).PaidBefore);

        TestClient.Providers.Set(TestHost.Profile(elsewhere) with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: true);
        var moved = TestClient.Check(Batch()).Check(Row(1, "a")).PaidBefore!;
        Assert.Equal((PaidBeforeReason.OtherProvider, ProviderAddress.Normal(_server.Address)), (moved.Reason, moved.Place));

        TestClient.Providers.Set(
            TestHost.Profile(elsewhere, ProviderCatalog.EmulatorName) with { OpenKey = "open", Scope = ProviderScope.Session }, makeDefault: false);
        Assert.Null(TestClient.Check(Batch() with { Provider = ProviderCatalog.EmulatorName }).Check(Row(1, "a")).PaidBefore);
    }

    [Fact]
    public async Task Rows_only_submitted_continue_into_the_first_directory_that_they_are_saved_to()
    {
        var options = Batch() with { Output = null, Wait = false };
        var first = await SubmitAsync(options, "a", "b");
        var again = await SubmitAsync(options, "b", "a");
        Assert.Equal(2, await BillsAsync());
        Assert.Equal(first.Select(row => row.Value!.RequestId).Reverse(), again.Select(row => row.Value!.RequestId));

        var saved = await RunAsync(Batch(), "a");
        var repeated = await RunAsync(Batch(), "a");
        var other = await RunAsync(Batch() with { Output = new OutputFolder(Home.At("other"), force: false) }, "a", "b");

        Assert.Equal(2, await BillsAsync());
        Assert.Empty(_warnings);
        Assert.Equal(first.Select(row => row.Value!.RequestId), other.Select(row => row.Value!.RequestId));
        Assert.Equal(first[0].Value!.RequestId, saved[0].Value!.RequestId);
        Assert.Equal(saved[0].Value!.Path, repeated[0].Value!.Path);
        Assert.Equal(saved[0].Value!.Path, (await RunAsync(Batch(), "a"))[0].Value!.Path);
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task What_failed_when_it_was_only_submitted_is_submitted_again_as_that_row()
    {
        var options = Batch() with { Output = null, Wait = false };
        var submitted = await SubmitAsync(options, "[emulator:internal_server_error] a");

        var row = await RunAsync(Batch(), "[emulator:internal_server_error] a");
        Assert.Equal((submitted[0].Value!.RequestId, ImagenStates.Failed), (row[0].Value!.RequestId, row[0].Value!.State));
        Assert.Equal(1, await BillsAsync());

        var again = await RunAsync(Batch(), "[emulator:internal_server_error] a");
        Assert.Equal(2, await BillsAsync());
        Assert.Equal(2, (await TestClient.Ledger.FindGenerationsAsync(TestClient.Ledger.OfLedgerId(again[0].Value!.LedgerId!)!.Row!, default)).Count);
    }

    [Fact]
    public async Task What_its_host_refused_when_it_was_only_submitted_is_not_sent_for_a_directory()
    {
        await SubmitAsync(Batch() with { Output = null, Wait = false }, "[emulator:content_policy_violation] a");
        for (var run = 0; run < 3; run++)
        {
            Assert.IsType<ContentPolicyViolationException>((await RunAsync(Batch(), "[emulator:content_policy_violation] a"))[0].Error);
        }

        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task Rows_that_are_submitted_and_saved_side_by_side_are_paid_for_once()
    {
        var prompts = Enumerable.Range(1, 40).Select(number => $"side by side {number}").ToArray();
        var submitting = Task.Run(() => SubmitAsync(Batch() with { Output = null, Wait = false }, prompts));
        var saved = await RunAsync(Batch(), prompts);
        var submitted = await submitting;

        Assert.Equal(40, await BillsAsync());
        Assert.Equal(
            submitted.Select(row => row.Value!.RequestId).Order(),
            saved.Select(row => row.Value!.RequestId).Order());
    }

    [Fact]
    public async Task What_is_only_submitted_later_goes_on_with_the_row_of_any_directory()
    {
        var saved = await RunAsync(Batch(), "a");

        var submitted = await SubmitAsync(Batch() with { Output = null, Wait = false }, "a");

        Assert.Equal(1, await BillsAsync());
        Assert.Equal(saved[0].Value!.RequestId, submitted[0].Value!.RequestId);
    }

    [Fact]
    public async Task A_key_that_was_only_submitted_means_the_same_input_in_every_directory()
    {
        var options = Batch() with { Output = null, Wait = false };
        var check = TestClient.Check(options);
        await TestClient.Client.StartBatch(options).SubmitAsync(check.Check(Row(1, "a") with { Key = "k" }), CancellationToken.None).InTime();
        var saved = await RunAsync(Batch(), [Row(1, "a") with { Key = "k" }]);

        await Assert.ThrowsAsync<InvalidInputException>(() => RunAsync(Batch(), [Row(1, "b") with { Key = "k" }]));

        Assert.Equal(saved[0].Value!.Path, (await RunAsync(Batch(), [Row(1, "a") with { Key = "k" }]))[0].Value!.Path);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task Prompts_given_as_arguments_are_new_every_time_unless_they_have_a_key()
    {
        var options = Batch() with { Continues = false };
        await RunAsync(options, [Row(1, "a"), Row(2, "a") with { Key = "k" }]);

        await RunAsync(options, [Row(1, "a"), Row(2, "a") with { Key = "k" }]);

        Assert.Equal(3, await BillsAsync());
    }

    [Fact]
    public async Task A_key_means_the_same_input_until_that_has_failed()
    {
        await RunAsync(Batch(), [Row(1, "a") with { Key = "good" }, Row(2, "[emulator:content_policy_violation]") with { Key = "bad" }]);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => RunAsync(Batch(), [Row(1, "b") with { Key = "good" }]));
        Assert.Contains("'good'", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, await BillsAsync());

        var replaced = Assert.Single(await RunAsync(Batch(), [Row(1, "b") with { Key = "bad" }]));
        Assert.Equal(ImagenStates.Delivered, replaced.Value!.State);
        Assert.Equal(3, await BillsAsync());
    }

    [Fact]
    public void The_same_key_twice_is_refused_whatever_the_input()
    {
        var check = TestClient.Check(Batch());
        _ = check.Check(Row(1, "a") with { Key = "k" });

        Assert.Throws<InvalidInputException>(() => check.Check(Row(2, "a") with { Key = "k" }));
        Assert.Throws<InvalidInputException>(() => check.Check(Row(3, "b") with { Key = "k" }));
    }

    [Fact]
    public async Task A_file_that_is_there_is_handed_on_changed_or_not_without_asking_anyone()
    {
        var first = Assert.Single(await RunAsync(Batch(), "a"));
        await File.WriteAllTextAsync(first.Value!.Path!, "changed");
        var before = await RequestsAsync();

        var again = Assert.Single(await RunAsync(Batch(), "a"));

        Assert.Null(again.Error);
        Assert.Equal(
            (ImagenStates.Delivered, first.Value.RequestId, first.Value.Path, "a", first.Value.Seed),
            (again.Value!.State, again.Value.RequestId, again.Value.Path, again.Value.Prompt, again.Value.Seed));
        Assert.Equal("changed", await File.ReadAllTextAsync(again.Value.Path!));
        Assert.Equal(before, await RequestsAsync());
    }

    [Fact]
    public async Task A_file_that_is_gone_is_downloaded_again_and_the_others_stay()
    {
        var input = new ImageInput { Prompt = "a", NumImages = 2 };
        var first = Assert.Single(await RunAsync(Batch(), [new ImageRow { Index = 1, Input = input }])).Value!;
        File.Delete(first.Images[1].Path!);
        await File.WriteAllTextAsync(first.Images[0].Path!, "mine");

        var again = Assert.Single(await RunAsync(Batch(), [new ImageRow { Index = 1, Input = input }]));

        Assert.Null(again.Error);
        Assert.Equal(first.Images.Select(image => image.Path), again.Value!.Images.Select(image => image.Path));
        Assert.True(File.Exists(first.Images[1].Path));
        Assert.Equal("mine", await File.ReadAllTextAsync(first.Images[0].Path!));
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_file_that_is_gone_from_the_host_too_is_an_error_that_names_NoResume_and_nothing_is_paid()
    {
        var first = Assert.Single(await RunAsync(Batch(), "a")).Value!;
        File.Delete(first.Path!);
        await FaultAsync(new { kind = "status", status = 404, operation = "status", count = -1, body = new { detail = "Request not found" } });
        await FaultAsync(new { kind = "status", status = 404, operation = "stream", count = -1, body = new { detail = "Request not found" } });
        await FaultAsync(new { kind = "status", status = 404, operation = "result", count = -1, body = new { detail = "Request not found" } });

        foreach (var _ in new[] { 1, 2 })
        {
            var again = Assert.Single(await RunAsync(Batch(), "a"));
            Assert.Contains("-NoResume", Assert.IsType<RequestNotFoundException>(again.Error).Message, StringComparison.Ordinal);
            Assert.Equal(first.RequestId, again.Value!.RequestId);
            Assert.Equal((ImagenStates.Completed, null), (again.Value.State, again.Value.Path));
        }

        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_row_the_host_failed_or_refused_is_submitted_again_by_the_next_run()
    {
        await FaultAsync(new { kind = "status", status = 422, operation = "submit", match = "refused", body = new { detail = "no" } });
        var first = await RunAsync(Batch(), "[emulator:internal_server_error]", "refused");
        Assert.Equal([ImagenStates.Failed, ImagenStates.Rejected], first.Select(row => row.Value!.State));
        Assert.Equal(1, await BillsAsync());

        var again = await RunAsync(Batch(), "[emulator:internal_server_error]", "refused");

        Assert.Equal([ImagenStates.Failed, ImagenStates.Delivered], again.Select(row => row.Value!.State));
        Assert.Equal(3, await BillsAsync());
    }

    [Fact]
    public async Task A_row_in_doubt_is_reported_every_time_and_never_sent_again()
    {
        await FaultAsync(new { kind = "abort", operation = "submit", after_accept = true });
        var first = Assert.Single(await RunAsync(Batch(), "a"));
        foreach (var _ in new[] { 1, 2 })
        {
            var again = Assert.Single(await RunAsync(Batch(), "a"));
            Assert.IsType<SubmissionInDoubtException>(again.Error);
            Assert.Contains(first.Value!.LedgerId!, again.Error.Message, StringComparison.Ordinal);
            Assert.Equal((ImagenStates.InDoubt, first.Value.LedgerId), (again.Value!.State, again.Value.LedgerId));
        }

        Assert.Equal(1, await BillsAsync());
        Assert.Single(await RequestsAsync(), request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 1, ImagenStates.Delivered)]
    [InlineData("Claimed", 1, ImagenStates.Delivered)]
    [InlineData("Intent", 0, ImagenStates.InDoubt)]
    [InlineData("NotSent", 1, ImagenStates.Delivered)]
    [InlineData("Throttled", 1, ImagenStates.Delivered)]
    [InlineData("InDoubt", 0, ImagenStates.InDoubt)]
    [InlineData("NotSubmitted", 1, ImagenStates.Delivered)]
    [InlineData("Rejected", 1, ImagenStates.Delivered)]
    [InlineData("Accepted", 0, ImagenStates.Delivered)]
    [InlineData("Expired", 0, ImagenStates.Delivered)]
    [InlineData("StatusCompleted", 0, ImagenStates.Delivered)]
    [InlineData("Completed", 0, ImagenStates.Delivered)]
    [InlineData("Cancelled", 1, ImagenStates.Delivered)]
    [InlineData("Failed", 1, ImagenStates.Delivered)]
    public async Task A_row_of_a_dead_process_is_gone_on_with_where_that_had_come_to(string step, int bills, string state)
    {
        const long Dead = 4711;
        var accepted = await AcceptedAsync("a");
        var before = await BillsAsync();
        if (step.Length > 0)
        {
            await Torture.Sample.PutAsync(Home.Path, Torture.Sample.Stored(Entry() with { RequestId = accepted }, Enum.Parse<RequestState>(step), Dead));
        }

        var row = Assert.Single(await RunAsync(Batch(), "a"));

        Assert.Equal(state, row.Value!.State);
        Assert.Equal(state == ImagenStates.InDoubt, row.Error is SubmissionInDoubtException);
        Assert.Equal(bills, await BillsAsync() - before);
        Assert.Equal(bills == 0 && state == ImagenStates.Delivered, row.Value.RequestId == accepted);
    }

    [Fact]
    public async Task A_failure_of_an_earlier_run_is_one_though_the_clock_has_gone_back_since()
    {
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        var failed = Torture.Sample.Stored(Entry(), RequestState.Failed);
        await Torture.Sample.PutAsync(Home.Path, failed with { Started = tomorrow, Progress = failed.Progress with { Updated = tomorrow } });

        var row = Assert.Single(await RunAsync(Batch(), "a"));

        Assert.Equal(ImagenStates.Delivered, row.Value!.State);
    }

    [Theory]
    [InlineData("UPDATE progress SET state = 2")]
    [InlineData("UPDATE request SET input = replace(input, 'a', 'b')")]
    [InlineData("UPDATE request SET row_id = x'00000000000000000000000000000000'")]
    [InlineData("DELETE FROM step; UPDATE progress SET steps = 'none'")]
    public async Task A_row_whose_request_is_damaged_is_in_doubt_and_nothing_is_sent(string damage)
    {
        var entry = Entry();
        await Torture.Sample.PutAsync(Home.Path, Torture.Sample.Stored(entry, RequestState.Accepted));
        await using (var database = new SqliteDatabase(Home.Path))
        {
            await using var connection = database.OpenToRead()!;
            await using var command = connection.CreateCommand();
            command.CommandText = damage;
            _ = await command.ExecuteNonQueryAsync();
        }

        var options = Batch();
        var error = await Record.ExceptionAsync(() => RunAsync(options, "a")) ?? Assert.Single(await RunAsync(options, "a")).Error;

        Assert.Contains($"the checksum of request {entry.LedgerId} is wrong", Assert.IsType<SubmissionInDoubtException>(error).Message, StringComparison.Ordinal);
        Assert.Equal(0, await BillsAsync());
    }

    [Fact]
    public async Task Afresh_is_a_new_generation_and_later_runs_continue_the_newest()
    {
        var first = Assert.Single(await RunAsync(Batch(), "a")).Value!;
        var second = Assert.Single(await RunAsync(Batch() with { NoResume = true }, "a")).Value!;
        var third = Assert.Single(await RunAsync(Batch(), "a")).Value!;

        Assert.NotEqual(first.RequestId, second.RequestId);
        Assert.Equal(second.RequestId, third.RequestId);
        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task A_batch_afresh_that_is_stopped_before_its_first_request_leaves_the_old_one_the_newest()
    {
        var first = Assert.Single(await RunAsync(Batch(), "a")).Value!;
        var afresh = Batch() with { NoResume = true };
        var run = TestClient.Client.StartBatch(afresh);
        run.Breaker.Trip(new AuthenticationFailedException("no"));
        _ = await run.RunAsync(TestClient.Check(afresh).Check(Row(1, "a")), CancellationToken.None).InTime();

        var again = Assert.Single(await RunAsync(Batch(), "a")).Value!;

        Assert.Equal(first.RequestId, again.RequestId);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task Two_batches_of_one_process_at_once_pay_once()
    {
        await SettingsAsync(new { generation_time = 0.3 });
        string[] prompts = ["a", "b", "c", "d"];

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => RunAsync(Batch(), prompts))));

        Assert.All(both.SelectMany(rows => rows), row => Assert.Equal(ImagenStates.Delivered, row.Value!.State));
        Assert.Equal(4, await BillsAsync());
    }

    [Theory]
    [InlineData("out")]
    [InlineData("other")]
    public async Task Two_batches_at_once_with_the_records_of_failed_requests_pay_once(string folder)
    {
        string[] prompts = ["a", "b", "c"];
        await FaultAsync(new { kind = "status", status = 400, operation = "submit", count = 3, body = new { detail = "not now" } });
        var failed = await RunAsync(Batch(), prompts);
        Assert.All(failed, row => Assert.Equal(ImagenStates.Rejected, row.Value!.State));
        await SettingsAsync(new { generation_time = 0.2 });
        var rows = failed.Select((row, index) => Row(index + 1, row.Value!.Prompt!) with { LedgerId = row.Value.LedgerId }).ToList();
        var options = Batch() with { Output = new OutputFolder(Home.At(folder), force: false) };

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => RunAsync(options, rows))));

        Assert.All(both.SelectMany(batch => batch), row => Assert.Equal(ImagenStates.Delivered, row.Value!.State));
        Assert.Equal(3, await BillsAsync());
    }

    [Theory]
    [InlineData("Accepted", 0, true)]
    [InlineData("Failed", 1, true)]
    [InlineData("InDoubt", 0, false)]
    [InlineData("Intent", 0, false)]
    public async Task A_record_of_a_request_that_has_no_row_and_no_address_continues_it(string step, int bills, bool isDelivered)
    {
        var accepted = await AcceptedAsync("a");
        var before = await BillsAsync();
        var entry = Entry() with { RequestId = accepted, Row = null, BaseAddress = null };
        await Torture.Sample.PutAsync(Home.Path, Torture.Sample.Stored(entry, Enum.Parse<RequestState>(step)));
        IReadOnlyList<ImageRow> record = [Row(1, "a") with { LedgerId = entry.LedgerId }];

        foreach (var _ in new[] { 1, 2 })
        {
            var row = Assert.Single(await RunAsync(Batch(), record));
            Assert.Equal(isDelivered ? ImagenStates.Delivered : ImagenStates.InDoubt, row.Value!.State);
            Assert.Equal(bills, await BillsAsync() - before);
        }
    }

    [Fact]
    public async Task A_prompt_given_as_an_argument_is_left_to_others_once_this_process_no_longer_works_on_it()
    {
        await FaultAsync(new { kind = "status", status = 410, operation = "download" });
        var options = Batch() with { Continues = false };

        var row = Assert.Single(await RunAsync(options, "a"));

        Assert.IsType<DownloadFailedException>(row.Error);
        var known = TestClient.Ledger.OfLedgerId(row.Value!.LedgerId!)!;
        Assert.Equal((RequestState.Completed, null), (known.Step, known.Owner));
    }

    private BatchOptions Batch() => new()
    {
        Provider = "test",
        Wait = true,
        Output = new OutputFolder(Out, force: false),
        Continues = true,
        Warn = text =>
        {
            lock (_warnings)
            {
                _warnings.Add(text);
            }
        },
    };

    private LedgerEntry Entry() => new("test", TestHost.Model, Key: null, TestHost.Input("a"))
    {
        BaseAddress = ProviderAddress.Normal(_server.Address),
        Row = TestClient.Check(Batch()).Check(Row(1, "a")).Identity,
    };

    private static ImageRow Row(int index, string prompt) => TestHost.Row(index, prompt);

    private static Task<IReadOnlyList<RowOutcome<ImagenResult>>> RunAsync(BatchOptions options, params string[] prompts) =>
        RunAsync(options, prompts.Select((prompt, index) => Row(index + 1, prompt)).ToList());

    private static async Task<IReadOnlyList<RowOutcome<ImagenResult>>> RunAsync(BatchOptions options, IReadOnlyList<ImageRow> rows)
    {
        var check = TestClient.Check(options);
        var run = TestClient.Client.StartBatch(options);
        var outcomes = new List<RowOutcome<ImagenResult>>();
        foreach (var row in rows.Select(check.Check).ToList())
        {
            outcomes.Add(await run.RunAsync(row, CancellationToken.None).InTime());
        }

        return outcomes;
    }

    private static async Task<IReadOnlyList<RowOutcome<ImagenRequest>>> SubmitAsync(BatchOptions options, params string[] prompts)
    {
        var check = TestClient.Check(options);
        var run = TestClient.Client.StartBatch(options);
        var outcomes = new List<RowOutcome<ImagenRequest>>();
        foreach (var row in prompts.Select((prompt, index) => check.Check(Row(index + 1, prompt))).ToList())
        {
            outcomes.Add(await run.SubmitAsync(row, CancellationToken.None).InTime());
        }

        return outcomes;
    }

    // A request the host has, made by nobody the ledger knows of.
    private async Task<string> AcceptedAsync(string prompt)
    {
        var options = Batch() with { Output = null, Wait = false, Continues = false };
        return Assert.Single(await SubmitAsync(options, prompt)).Value!.RequestId!;
    }

    private async Task<int> BillsAsync() => (await _admin.GetStringAsync("bills")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private async Task<IReadOnlyList<string>> RequestsAsync() =>
        [.. System.Text.Json.JsonElement.Parse(await _admin.GetStringAsync("requests")).EnumerateArray().Select(record => $"{record.GetProperty("method")} {record.GetProperty("path")}")];

    private async Task FaultAsync(object rule) => await TellAsync(HttpMethod.Post, "faults", rule);

    private async Task SettingsAsync(object settings) => await TellAsync(HttpMethod.Put, "settings", settings);

    private async Task TellAsync(HttpMethod method, string path, object what)
    {
        using var request = new HttpRequestMessage(method, path) { Content = System.Net.Http.Json.JsonContent.Create(what) };
        using var answer = await _admin.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
