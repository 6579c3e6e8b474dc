using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>Whole rows against the emulator, and the bill at the end.</summary>
public sealed class RowBatchTests : EmulatorTest, IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly List<string> _warnings = [];

    internal override TimeProvider Time { get; } = new SkippingTime();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Fifty_rows_of_every_kind_cost_what_was_accepted_and_every_row_has_its_outcome()
    {
        string[] kinds =
        [
            "a red fox", "two [emulator:null_fields]", "[emulator:content_policy_violation]", "[emulator:no_media_generated]", "[emulator:media_html]",
            "[emulator:media_missing]", "[emulator:string_detail]", "[emulator:internal_server_error]", "[emulator:result_not_json]", "[emulator:client_cancelled]",
        ];
        var rows = Enumerable.Range(0, 50).Select(number => Row(number + 1, kinds[number % kinds.Length])).ToList();

        var results = await RunAsync(rows);

        Assert.Equal(50, (await BillsAsync()).Count);
        Assert.Equal(50, (await RequestsAsync()).Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(1, 50), results.Select(result => result.Value!.Index).Order());
        Assert.Equal(50, results.Select(result => result.Value!.RequestId).Distinct().Count());
        var states = results.GroupBy(result => kinds[(result.Value!.Index - 1) % kinds.Length]).ToDictionary(
            kind => kind.Key, kind => string.Join(" ", kind.Select(result => $"{result.Value!.State}/{result.Error?.GetType().Name.Replace("Exception", "", StringComparison.Ordinal)}").Distinct()));
        Assert.Equal(
            ["Delivered/", "Delivered/", "Failed/ContentPolicyViolation", "Failed/RequestFailed", "Completed/InvalidMedia",
             "Completed/DownloadFailed", "Failed/InvalidInput", "Failed/RequestFailed", "InQueue/InvalidResponse", "Cancelled/RequestCancelled"],
            kinds.Select(kind => states[kind]));
        Assert.Equal(10, _temp.Names.Count);
        Assert.All(_temp.Names, name => Assert.Matches(@"^\d{4}-[^.]*\.png$", name));
    }

    [Fact]
    public async Task A_delivered_row_says_everything_about_itself()
    {
        var row = Row(3, "a red fox", new ImageInput { Prompt = "a red fox", NumImages = 2, Seed = 5, ["output_format"] = "webp", AdditionalInput = TestHost.Additional("""{"style":"oil"}""") }, "key-3");

        var (result, error) = Assert.Single(await RunAsync([row]));

        Assert.Null(error);
        Assert.Equal(
            (ImagenStates.Delivered, 3, "key-3", "test", TestHost.Model),
            (result!.State, result.Index, result.Key, result.Provider, result.Model));
        Assert.Equal(
            ("a red fox", 2, 5L, "webp", """{"style":"oil"}"""),
            (result.Prompt, result.NumImages, result.Seed, result.OutputFormat, result.AdditionalInput));
        Assert.Equal(2, result.Images.Count);
        Assert.Equal(result.Images[0].Path, result.Path);
        Assert.Equal($"{result.Images[0].Path}; {result.Images[1].Path}", result.Images.ToString());
        Assert.All(result.Images, image => Assert.Equal(("image/webp", 1024, 1024), (image.ContentType, image.Width, image.Height)));
        Assert.NotNull(result.Elapsed);
        Assert.Null(result.Error);
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Images_that_come_inside_the_answer_are_saved_like_others()
    {
        var row = Row(1, "x", new ImageInput { Prompt = "x", ["sync_mode"] = true, NumImages = 2 });

        var (result, error) = Assert.Single(await RunAsync([row]));

        Assert.Null(error);
        Assert.Equal(2, _temp.Names.Count);
        Assert.All(result!.Images, image => Assert.Null(image.Uri));
        Assert.DoesNotContain(await RequestsAsync(), request => request.Contains("/files/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fewer_images_than_asked_for_are_delivered_with_a_warning()
    {
        var row = Row(4, "x", new ImageInput { Prompt = "[emulator:images=1]", NumImages = 3 });

        var (result, error) = Assert.Single(await RunAsync([row]));

        Assert.Null(error);
        Assert.Equal(ImagenStates.Delivered, result!.State);
        Assert.Equal(["Row 4 asked for 3 images and got 1."], _warnings);
    }

    [Fact]
    public async Task A_result_without_images_has_failed()
    {
        var (result, error) = Assert.Single(await RunAsync([Row(1, "[emulator:images=0]")]));

        Assert.IsType<RequestFailedException>(error);
        Assert.Equal((ImagenStates.Failed, error.Message), (result!.State, result.Error));
    }

    [Theory]
    [InlineData("status", 503)]
    [InlineData("status", 429)]
    [InlineData("status", 500)]
    [InlineData("status", 404)]
    [InlineData("html", null)]
    [InlineData("bad_json", null)]
    public async Task A_lost_answer_whose_header_names_the_request_is_settled_by_one_look(string kind, int? status)
    {
        await FaultAsync(new { kind, status, operation = "submit", after_accept = true });

        var (result, error) = Assert.Single(await RunAsync([Row(1, "x")]));

        Assert.Null(error);
        Assert.Equal(ImagenStates.Delivered, result!.State);
        Assert.Single(await BillsAsync());
        Assert.Equal(1, (await RequestsAsync()).Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("abort", null)]
    public async Task A_lost_answer_is_in_doubt_and_billed_once(string kind, int? status)
    {
        await FaultAsync(new { kind, status, operation = "submit", after_accept = true });

        var (result, error) = Assert.Single(await RunAsync([Row(1, "x")]));

        Assert.IsType<SubmissionInDoubtException>(error);
        Assert.Equal(ImagenStates.InDoubt, result!.State);
        Assert.Single(await BillsAsync());
        Assert.Equal(1, (await RequestsAsync()).Count(request => request.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("result")]
    [InlineData("download")]
    public async Task Reads_outlast_a_host_that_stumbles(string operation)
    {
        foreach (var rule in new object[] { new { kind = "html", operation }, new { kind = "abort", operation }, new { kind = "status", status = 429, operation } })
        {
            await FaultAsync(rule);
        }

        var (result, error) = Assert.Single(await RunAsync([Row(1, "x")]));

        Assert.Null(error);
        Assert.Equal(ImagenStates.Delivered, result!.State);
        Assert.Single(await BillsAsync());
    }

    [Fact]
    public async Task Throttled_rows_are_submitted_once_each_in_the_end()
    {
        await FaultAsync(new { kind = "status", operation = "submit", status = 429, count = 15, headers = new Dictionary<string, string> { ["Retry-After"] = "2" } });

        var results = await RunAsync([.. Enumerable.Range(1, 10).Select(number => Row(number, $"fox {number}"))]);

        Assert.All(results, result => Assert.Equal(ImagenStates.Delivered, result.Value!.State));
        Assert.Equal(10, (await BillsAsync()).Count);
    }

    [Fact]
    public async Task A_wrong_key_ends_submitting_and_what_was_accepted_is_still_delivered()
    {
        await FaultAsync(new { kind = "status", status = 401, operation = "submit", count = -1, match = "row-7", body = new { detail = "No user found" } });
        var run = TestClient.Client.StartBatch(Options);
        var outcomes = new List<RowOutcome<ImagenResult>>();
        foreach (var row in Enumerable.Range(1, 12).Select(number => Row(number, $"row-{number}")))
        {
            outcomes.Add(await run.RunAsync(row, CancellationToken.None).InTime());
        }

        Assert.Equal(6, outcomes.Count(outcome => outcome.Value?.State == ImagenStates.Delivered));
        Assert.IsType<AuthenticationFailedException>(outcomes[6].Error);
        Assert.All(outcomes.Skip(7), outcome => Assert.Equal(new RowOutcome<ImagenResult>(null, null), outcome));
        Assert.Equal(6, (await BillsAsync()).Count);
        Assert.True(run.Breaker.IsReason(outcomes[6].Error!));
        Assert.Equal(outcomes[6].Error!.Message, run.Breaker.Reason!.Message);
    }

    [Fact]
    public async Task Submitting_alone_returns_at_once_with_how_to_go_on()
    {
        await SettingsAsync(new { generation_time = 3600.0 });

        var (request, error) = await TestClient.Client.StartBatch(Options).SubmitAsync(Row(2, "x"), CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((ImagenStates.InQueue, 2), (request!.State, request.Index));
        Assert.Equal($"{Address}fal-ai/imagen4/requests/{request.RequestId}/status", request.StatusUri);
        Assert.NotNull(request.SubmittedAt);
        Assert.Equal(["POST /fal-ai/imagen4/preview"], await RequestsAsync());
    }

    [Fact]
    public async Task A_row_that_never_left_this_machine_has_no_object()
    {
        var row = Row(1, "x") with { Host = TestHost.Connect(Unused.Address(), Time) };

        var (result, error) = await TestClient.Client.StartBatch(Options).RunAsync(row, CancellationToken.None).InTime();

        Assert.Null(result);
        Assert.IsType<HostUnavailableException>(error);
    }

    private new BatchOptions Options =>
        new() { Wait = true, Output = new OutputFolder(_temp.Path, force: false), Time = Time, Warn = _warnings.Add };

    private CheckedRow Row(int index, string prompt, ImageInput? input = null, string? key = null)
    {
        var row = new ImageRow { Index = index, Key = key, Input = input ?? TestHost.Input(prompt) };
        return new CheckedRow(row, Host, TestHost.Model, row.Input);
    }

    private async Task<IReadOnlyList<RowOutcome<ImagenResult>>> RunAsync(IReadOnlyList<CheckedRow> rows)
    {
        var run = TestClient.Client.StartBatch(Options);
        return await Task.Run(() =>
        {
            using var pump = new WorkPump { Limit = 8 };
            var outcomes = new List<RowOutcome<ImagenResult>>();
            foreach (var row in rows)
            {
                while (!pump.HasRoom)
                {
                    outcomes.Add(Taken(pump));
                }

                pump.Start(row, async cancellation => await run.RunAsync(row, cancellation));
            }

            while (!pump.IsIdle)
            {
                outcomes.Add(Taken(pump));
            }

            return outcomes;
        }).InTime();
    }

    private static RowOutcome<ImagenResult> Taken(WorkPump pump)
    {
        Assert.True(pump.Take(Within.Deadline, out var taken));
        return (RowOutcome<ImagenResult>)Assert.IsType<WorkEvent.Outcome>(taken).Value;
    }
}
