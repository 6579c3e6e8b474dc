using Imagen4.Core.Input;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Batch;

/// <summary>Hosts that say a result once: whoever asks later, in whichever process, is answered from this machine.</summary>
[Collection(RunsAlone.Name)]
public sealed class LedgerResultStoreTests : EnvironmentTest, IAsyncLifetime
{
    private readonly TempFolder _images = new();
    private readonly List<string> _trace = [];
    private WebServer _server = null!;
    private Answer _answer = new(200, $$"""
        {"images":[{"url":"data:image/png;base64,{{Base64}}","content_type":"image/png"}],"seed":7,"description":"a fox","extra":{"a":1} }
        """) { Headers = [("X-Fal-Billable-Units", "2.5")] };

    private static string Base64 => Convert.ToBase64String(Pictures.Png);

    public async Task InitializeAsync()
    {
        _server = await WebServer.StartAsync(context => _answer.WriteAsync(context));
        TestClient.Providers.Set(
            TestHost.Profile(_server.Address, "once") with { Protocol = HostProtocol.FalSync, OpenKey = "open", Scope = ProviderScope.Session },
            makeDefault: false);
    }

    public async Task DisposeAsync()
    {
        _images.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_submitted_row_is_completed_and_received_by_somebody_else()
    {
        var (request, error) = await SubmitAsync();
        Assert.Null(error);
        Assert.Equal((ImagenStates.Completed, null, null), (request!.State, request.StatusUri, request.CancelUri));

        var later = Run(new BatchOptions { Output = new OutputFolder(_images.Path, force: false), Trace = _trace.Add });
        var record = Record(request.RequestId!);
        var (status, _) = await later.ReadStatusAsync(later.CreateReference(record), logs: true, changed: null, CancellationToken.None).InTime();
        var (result, received) = await later.ReceiveAsync(later.CreateReference(record), record, CancellationToken.None).InTime();

        Assert.Null(received);
        Assert.Equal(ImagenStates.Completed, status!.State);
        Assert.Equal((ImagenStates.Delivered, 7L, "a fox", 2.5m), (result!.State, result.Seed, result.Description, result.BillableUnits));
        Assert.Equal("""{"extra":{"a":1}}""", result.AdditionalOutput);
        Assert.Equal(Pictures.Png, await File.ReadAllBytesAsync(result.Path!));
        Assert.Null(result.Images[0].Uri);
        Assert.Single(_server.Requests);
        Assert.Empty(_trace);
    }

    [Fact]
    public async Task A_wait_for_it_ends_at_once()
    {
        var (request, _) = await SubmitAsync();
        var later = Run(new BatchOptions { Wait = true, Time = new SkippingTime() });
        var seen = new List<ImagenRequestStatus>();

        var (status, error) = await later
            .ReadStatusAsync(later.CreateReference(Record(request!.RequestId!)), logs: true, (change, _) => { seen.Add(change); return Task.CompletedTask; }, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal(ImagenStates.Completed, status!.State);
        Assert.Empty(seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_that_was_renamed_still_has_its_results(bool endsWithSlash)
    {
        var (request, _) = await SubmitAsync();
        Rename("once", "later", endsWithSlash);

        var run = Run(new BatchOptions { Output = new OutputFolder(_images.Path, force: false) });
        var record = Record(request!.RequestId!) with { Provider = "later" };
        var (result, error) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((ImagenStates.Delivered, 7L), (result!.State, result.Seed));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_row_of_a_provider_that_was_renamed_is_continued_from_what_is_on_disk_and_not_paid_for_again()
    {
        BatchOptions Options() => new() { Wait = true, Output = new OutputFolder(_images.Path, force: false), Continues = true };
        var (first, _) = await TestClient.Client.StartBatch(Options()).RunAsync(Row(Options()), CancellationToken.None).InTime();
        File.Delete(first!.Path!);
        Rename("once", "later", endsWithSlash: true);

        var (again, error) = await TestClient.Client.StartBatch(Options()).RunAsync(Row(Options(), "later"), CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal((ImagenStates.Delivered, first.RequestId, first.Path), (again!.State, again.RequestId, again.Path));
        Assert.Equal(Pictures.Png, await File.ReadAllBytesAsync(again.Path!));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Another_host_under_the_same_name_has_results_of_its_own()
    {
        _answer = _answer with { Headers = [("x-fal-request-id", "again")] };
        await SubmitAsync();
        await using var other = await WebServer.StartAsync(context => _answer.WriteAsync(context));
        TestClient.Providers.Set(TestClient.Providers.Find("once") with { BaseUri = other.Address }, makeDefault: false);
        var run = Run(new BatchOptions());

        var (_, error) = await run.ReceiveAsync(run.CreateReference(Record("again")), Record("again"), CancellationToken.None).InTime();

        Assert.IsType<RequestNotFoundException>(error);
        var (second, _) = await SubmitAsync();
        Assert.Equal("again", second!.RequestId);
        Assert.Equal(2L, Kept());
    }

    [Fact]
    public async Task What_is_forgotten_takes_its_own_kept_result_along_under_whatever_name_its_provider_goes_now()
    {
        _answer = _answer with { Headers = [("x-fal-request-id", "again")] };
        var (first, _) = await SubmitAsync();
        Rename("once", "later", endsWithSlash: false);
        await using var other = await WebServer.StartAsync(context => _answer.WriteAsync(context));
        TestClient.Providers.Set(TestClient.Providers.Find("later") with { Name = "once", BaseUri = other.Address }, makeDefault: false);
        _answer = _answer with { Body = _answer.Body.Replace("\"seed\":7", "\"seed\":8", StringComparison.Ordinal) };
        var (second, _) = await SubmitAsync();
        Assert.Equal((first!.RequestId, "again"), (second!.RequestId, second.RequestId));
        Assert.Equal(2L, Kept());

        _ = await TestClient.Client.Remove().RunAsync([TestClient.Client.Requests.OfLedgerId(first.LedgerId!)]);

        Assert.Equal(1L, Kept());
        var run = Run(new BatchOptions());
        var (result, error) = await run.ReceiveAsync(run.CreateReference(Record("again")), Record("again"), CancellationToken.None).InTime();
        Assert.Null(error);
        Assert.Equal(8L, result!.Seed);
    }

    [Fact]
    public async Task It_cannot_be_cancelled_any_more()
    {
        var (request, _) = await SubmitAsync();
        var run = Run(new BatchOptions());

        var (_, error) = await run.CancelAsync(run.CreateReference(Record(request!.RequestId!)), readBack: false, CancellationToken.None).InTime();

        Assert.IsType<AlreadyCompletedException>(error);
    }

    [Fact]
    public async Task An_id_nobody_kept_is_RequestNotFound_whatever_is_asked()
    {
        var run = Run(new BatchOptions());
        var record = Record("unknown");

        var (result, received) = await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();
        var (status, read) = await run.ReadStatusAsync(run.CreateReference(record), logs: false, changed: null, CancellationToken.None).InTime();
        var (_, cancelled) = await run.CancelAsync(run.CreateReference(record), readBack: false, CancellationToken.None).InTime();

        Assert.Null(result);
        Assert.Null(status);
        Assert.All([received, read, cancelled], error => Assert.IsType<RequestNotFoundException>(error));
        Assert.Contains("kept only in the ledger", received!.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../once")]
    [InlineData("a/b")]
    public void What_is_no_request_id_is_refused(string id) => Assert.Throws<InvalidInputException>(() => Run(new BatchOptions()).CreateReference(Record(id)));

    [Fact]
    public async Task A_kept_result_that_was_damaged_is_said_to_be()
    {
        var (request, _) = await SubmitAsync();
        _ = Execute("UPDATE result SET body = x'7b'");
        var run = Run(new BatchOptions());

        var (_, error) = await run.ReceiveAsync(run.CreateReference(Record(request!.RequestId!)), Record(request.RequestId!), CancellationToken.None).InTime();

        Assert.Contains(Home.At("ledger.db"), Assert.IsType<InvalidResponseException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_image_that_was_damaged_is_said_to_be()
    {
        var (request, _) = await SubmitAsync();
        _ = Execute("UPDATE result_image SET bytes = x'00'");
        var run = Run(new BatchOptions { Output = new OutputFolder(_images.Path, force: false) });

        var (_, error) = await run.ReceiveAsync(run.CreateReference(Record(request!.RequestId!)), Record(request.RequestId!), CancellationToken.None).InTime();

        Assert.Contains("the checksum of image 1 is wrong", error!.Message, StringComparison.Ordinal);
        Assert.Empty(_images.Names);
    }

    [Fact]
    public async Task A_result_and_its_acceptance_are_written_together_or_not_at_all()
    {
        _ = await SubmitAsync();
        _ = Execute("CREATE TRIGGER full BEFORE INSERT ON result_image BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

        var (request, error) = await SubmitAsync();

        Assert.IsType<SubmissionInDoubtException>(error);
        Assert.Equal(ImagenStates.InDoubt, request!.State);
        Assert.Equal(RequestState.InDoubt, TestClient.Ledger.OfLedgerId(request.LedgerId!)!.Step);
        Assert.Equal(1L, Kept());
    }

    // What was asked for is one image; more may have been paid for, and thousands were not.
    [Theory]
    [InlineData(64, 100, 64)]
    [InlineData(70, 100, 64)]
    [InlineData(64, 2000, 64)]
    [InlineData(40, 7900, 16)]
    public async Task Of_more_images_than_a_request_has_the_first_are_taken(int listed, int length, int taken)
    {
        var image = $$"""{"url":"https://a/{{new string('x', length - 10)}}"}""";
        _answer = new Answer(200, $$"""{"images":[{{string.Join(',', Enumerable.Repeat(image, listed))}}]}""");
        var warnings = new List<string>();
        var options = new BatchOptions { Wait = true, Warn = warnings.Add };

        var (result, error) = await TestClient.Client.StartBatch(options).RunAsync(Row(options), CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal(taken, result!.Images.Count);
        Assert.Equal(
            listed > taken ? [$"Row 1: the host lists more than {taken} images. The first {taken} are saved."] : [],
            warnings.Where(warning => warning.Contains("lists", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_broken_image_does_not_cost_the_others_and_leaves_no_file(bool later)
    {
        const string broken = "QUJDUVVKRFFVSkQ!";
        _answer = new Answer(200, $$"""{"images":[{"url":"data:image/png;base64,{{broken}}"},{"url":"data:image/png;base64,{{Base64}}"}]}""");
        var options = new BatchOptions { Wait = true, Output = new OutputFolder(_images.Path, force: false), Trace = _trace.Add };
        var run = Run(options);

        var submitted = later ? await SubmitAsync() : null;
        var record = Record(submitted?.Value!.RequestId ?? "none");
        var (result, error) = later
            ? await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime()
            : await TestClient.Client.StartBatch(options).RunAsync(Row(options), CancellationToken.None).InTime();

        Assert.IsType<InvalidMediaException>(error);
        Assert.Equal((ImagenStates.Completed, error.Message), (result!.State, result.Error));
        Assert.EndsWith("-2.png", Assert.Single(_images.Names), StringComparison.Ordinal);
        Assert.DoesNotContain("QUJD", $"{error} {string.Concat(_trace)}", StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(HostProtocol.FalSync, """{"images":[{"url":"data:image\/png;base64,#"}]}""")]
    [InlineData(HostProtocol.ImagesGenerations, """{"data":[{"b64_json":"#"}]}""")]
    public async Task An_answer_whose_image_is_no_base64_was_paid_for_and_is_kept_as_it_came(HostProtocol protocol, string answer)
    {
        // Too long to be held in memory, and wrong at its end only.
        var text = Convert.ToBase64String(Pictures.LargePng(300_000)) + "!";
        _answer = new Answer(200, answer.Replace("#", text, StringComparison.Ordinal)) { Headers = [("X-Fal-Billable-Units", "2.5")] };
        TestClient.Providers.Set(
            TestClient.Providers.Find("once") with { Protocol = protocol, PricePerImage = 0.25m, Scope = ProviderScope.Session }, makeDefault: false);
        BatchOptions Options() => new() { Wait = true, Output = new OutputFolder(_images.Path, force: false), Continues = true };

        var (first, error) = await TestClient.Client.StartBatch(Options()).RunAsync(Row(Options()), CancellationToken.None).InTime();
        var (again, known) = await TestClient.Client.StartBatch(Options()).RunAsync(Row(Options()), CancellationToken.None).InTime();

        Assert.EndsWith(": The image inside the answer is not valid base64.", Assert.IsType<InvalidMediaException>(error).Message, StringComparison.Ordinal);
        Assert.EndsWith(
            ": Image 1 of the answer is not valid base64. The ledger keeps the text that the host sent.",
            Assert.IsType<InvalidMediaException>(known).Message,
            StringComparison.Ordinal);
        Assert.Equal((ImagenStates.Completed, first!.RequestId), (again!.State, again.RequestId));
        Assert.True(first.Cost > 0 && again.Cost == first.Cost, $"{first.Cost} {again.Cost}");
        Assert.Single(_server.Requests);
        Assert.Empty(_images.Names);
        Assert.EndsWith(text, KeptText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_that_a_host_gives_twice_does_not_cost_the_earlier_result()
    {
        _answer = _answer with { Headers = [("x-fal-request-id", "again")] };
        var (first, _) = await SubmitAsync();
        _answer = new Answer(200, $$"""{"images":[{"url":"data:image/jpeg;base64,{{Convert.ToBase64String(Pictures.Jpeg)}}"}],"seed":8}""") { Headers = _answer.Headers };
        var later = await Task.WhenAll(SubmitAsync(), SubmitAsync());

        Assert.Equal("again", first!.RequestId);
        Assert.Equal(["again.2", "again.3"], later.Select(outcome => outcome.Value!.RequestId).Order(StringComparer.Ordinal));
        var run = Run(new BatchOptions { Output = new OutputFolder(_images.Path, force: false) });
        foreach (var (id, seed, picture) in new[] { ("again", 7L, Pictures.Png), ("again.2", 8L, Pictures.Jpeg), ("again.3", 8L, Pictures.Jpeg) })
        {
            var (result, error) = await run.ReceiveAsync(run.CreateReference(Record(id)), Record(id), CancellationToken.None).InTime();
            Assert.Null(error);
            Assert.Equal(seed, result!.Seed);
            Assert.Equal(picture, await File.ReadAllBytesAsync(result.Path!));
        }

    }

    [Fact]
    public async Task The_time_of_a_row_begins_before_its_request_is_sent()
    {
        var time = new ManualTime();
        var options = new BatchOptions { Wait = true, Time = time };
        await using var slow = await WebServer.StartAsync(context =>
        {
            time.Advance(TimeSpan.FromSeconds(12.5));
            return _answer.WriteAsync(context);
        });
        TestClient.Providers.Set(TestClient.Providers.Find("once") with { BaseUri = slow.Address }, makeDefault: false);

        var (result, error) = await TestClient.Client.StartBatch(options).RunAsync(Row(options), CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal(12.5, result!.Elapsed);
    }

    [Fact]
    public async Task A_host_that_failed_leaves_a_failed_row_that_names_no_bytes()
    {
        _answer = new Answer(500, """{"detail":"boom","error_type":"internal_error"}""");

        var (request, error) = await SubmitAsync();

        Assert.IsType<RequestFailedException>(error);
        Assert.Equal((ImagenStates.Failed, null), (request!.State, request.RequestId));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"images\":null}")]
    [InlineData("{\"images\":[null]}")]
    [InlineData("{\"images\":[{\"image\":null}]}")]
    public async Task A_kept_result_with_nothing_in_it_is_unreadable(string body)
    {
        var (request, _) = await SubmitAsync();
        Execute($"UPDATE result SET body = CAST('{body}' AS BLOB)");
        var later = Run(new BatchOptions());
        var record = Record(request!.RequestId!);

        var (_, error) = await later.ReceiveAsync(later.CreateReference(record), record, CancellationToken.None).InTime();

        Assert.Contains("parts of it are missing", Assert.IsType<InvalidResponseException>(error).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000_000)]
    public async Task Images_of_megabytes_are_kept_and_saved_as_they_were(int length)
    {
        var png = Pictures.LargePng(length);
        var address = $"data:image/png;base64,{Convert.ToBase64String(png)}";
        _answer = new Answer(200, $$"""{"images":[{"url":"{{address}}"},{"url":"{{address.Replace("/", "\\/", StringComparison.Ordinal)}}"}]}""");
        var options = new BatchOptions { Wait = true, Output = new OutputFolder(_images.Path, force: false) };

        var (result, error) = await TestClient.Client.StartBatch(options).RunAsync(Row(options), CancellationToken.None).InTime();

        Assert.Null(error);
        Assert.Equal([png, png], result!.Images.Select(image => File.ReadAllBytes(image.Path!)));

        foreach (var image in result.Images)
        {
            File.Delete(image.Path!);
        }

        var later = Run(new BatchOptions { Output = new OutputFolder(_images.Path, force: false) });
        var record = Record(result.RequestId!);
        var (received, unread) = await later.ReceiveAsync(later.CreateReference(record), record, CancellationToken.None).InTime();
        Assert.Null(unread);
        Assert.Equal([png, png], received!.Images.Select(image => File.ReadAllBytes(image.Path!)));
    }

    [Fact]
    public async Task Nothing_of_an_image_is_ever_printed()
    {
        var traced = new BatchOptions { Wait = true, Trace = _trace.Add, Warn = _trace.Add };

        var (result, _) = await TestClient.Client.StartBatch(traced).RunAsync(Row(traced), CancellationToken.None).InTime();

        Assert.NotEmpty(_trace);
        Assert.DoesNotContain(Base64[..40], string.Concat(_trace) + System.Text.Json.JsonSerializer.Serialize(result), StringComparison.Ordinal);
    }

    private static CheckedRow Row(BatchOptions options, string provider = "once") =>
        TestClient.Check(options).Check(TestHost.Row() with { Provider = provider });

    private object? Kept() => Execute("SELECT COUNT(*) FROM result");

    private object? Execute(string sql)
    {
        using var connection = new SqliteDatabase(Home.Path).OpenToRead()!;
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    // All pieces of the first image.
    private string KeptText()
    {
        using var connection = new SqliteDatabase(Home.Path).OpenToRead()!;
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT bytes FROM result_image ORDER BY number";
        using var pieces = command.ExecuteReader();
        var text = new System.Text.StringBuilder();
        while (pieces.Read())
        {
            _ = text.Append(System.Text.Encoding.ASCII.GetString((byte[])pieces[0]));
        }

        return text.ToString();
    }

    private static void Rename(string before, string after, bool endsWithSlash)
    {
        var profile = TestClient.Providers.Find(before);
        _ = TestClient.Providers.Remove(before);
        var address = profile.BaseUri!.AbsoluteUri.TrimEnd('/') + (endsWithSlash ? "/" : "");
        TestClient.Providers.Set(profile with { Name = after, BaseUri = new Uri(address), Scope = ProviderScope.Session }, makeDefault: false);
    }

    private static RequestFollowUp Run(BatchOptions options) => TestClient.Client.FollowUp(options);

    private static RequestRecord Record(string id) => new() { Index = 1, RequestId = id, Provider = "once", Model = TestHost.Model };

    private static Task<RowOutcome<ImagenRequest>> SubmitAsync() =>
        TestClient.Client.StartBatch(new BatchOptions()).SubmitAsync(Row(new BatchOptions()), CancellationToken.None).InTime();
}
