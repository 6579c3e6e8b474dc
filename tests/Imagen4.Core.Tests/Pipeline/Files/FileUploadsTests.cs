using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Files;

/// <summary>Rows that are made from files of this machine, against a host with storage.</summary>
[Collection(RunsAlone.Name)]
public sealed class FileUploadsTests : BatchTest
{
    private const string Edit = "fal-ai/nano-banana/edit";

    [Fact]
    public async Task The_same_bytes_go_up_once_however_many_rows_batches_and_names_they_have()
    {
        UseStorage();
        var (fox, same, owl) = (Write("fox.png", Pictures.Png), Write("same.png", Pictures.Png), Write("owl.jpg", Pictures.Jpeg));
        ImageRow[] rows = [.. Enumerable.Range(1, 30).Select(number => Row(number, number % 2 == 0 ? fox : same, owl))];

        Assert.All(await RunRowsAsync(Batch(), rows), row => Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error)));
        Assert.Equal(["image/jpeg", "image/png"], (await UploadsAsync()).Select(Type).Order());

        // Another batch asks the ledger, and what is delivered needs no file.
        Assert.All(await RunRowsAsync(Batch(), rows), row => Assert.Equal(ImagenStates.Delivered, row.Value!.State));
        _ = await RunRowsAsync(Batch() with { NoResume = true }, Row(1, fox, owl));
        Assert.Equal(2, (await UploadsAsync()).Count);
        Assert.Equal(31, await BillsAsync());
    }

    [Fact]
    public async Task What_the_host_is_sent_has_the_addresses_and_what_is_shown_the_paths()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);

        var row = Assert.Single(await RunRowsAsync(Batch(), Row(1, fox)));

        var upload = Assert.Single(await UploadsAsync());
        Assert.Equal(upload.GetProperty("url").GetString(), JsonElement.Parse(Assert.Single(await BillLinesAsync())).GetProperty("input").GetProperty("image_urls")[0].GetString());
        Assert.Equal((fox, null), (row.Value!.ImagePath, row.Value.AdditionalInput));
    }

    [Fact]
    public async Task Another_key_is_another_account()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        _ = await RunRowsAsync(Batch() with { ApiKey = "one" }, Row(1, fox));
        _ = await RunRowsAsync(Batch() with { ApiKey = "two" }, Row(2, fox));

        Assert.Equal(2, (await UploadsAsync()).Count);
    }

    [Fact]
    public async Task An_address_that_is_about_to_end_is_not_used_again()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        var time = new ShiftedTime();
        _ = await RunRowsAsync(Batch(time), Row(1, fox));
        time.Ahead = TimeSpan.FromDays(5.9);
        _ = await RunRowsAsync(Batch(time), Row(2, fox));
        Assert.Single(await UploadsAsync());

        time.Ahead = TimeSpan.FromDays(5.99);
        _ = await RunRowsAsync(Batch(time), Row(3, fox));
        Assert.Equal(2, (await UploadsAsync()).Count);
    }

    [Fact]
    public async Task A_file_that_the_host_has_lost_goes_up_again_and_its_row_is_no_refusal()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        _ = await RunRowsAsync(Batch(), Row(1, fox));
        await LoseUploadsAsync();

        var lost = Assert.Single(await RunRowsAsync(Batch(), Row(2, fox)));
        Assert.Equal("file_download_error", lost.Error!.HostErrorType);
        Assert.Empty(await UploadsAsync());

        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), Row(2, fox))).Value!.State);
        Assert.Single(await UploadsAsync());
    }

    [Fact]
    public async Task A_file_that_does_not_go_up_leaves_its_row_unsent_and_nothing_behind()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        await FaultAsync(new { operation = "initiate", kind = "status", status = 422, count = -1, body = new { detail = "not today" } });

        var row = Assert.Single(await RunRowsAsync(Batch(), Row(1, fox)));

        Assert.Null(row.Value);
        Assert.StartsWith("Row 1", row.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("not today", row.Error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await BillsAsync());
        Assert.Empty(TestClient.Ledger.List(new()));

        await EndFaultsAsync();
        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), Row(1, fox))).Value!.State);
    }

    [Fact]
    public async Task A_key_that_the_storage_does_not_accept_ends_submitting()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        await FaultAsync(new { operation = "initiate", kind = "status", status = 401, count = -1, body = new { detail = "no such key" } });
        var options = Batch();
        var run = TestClient.Client.StartBatch(options);

        var row = await run.RunAsync(await run.CheckAsync(Row(1, fox), CancellationToken.None), CancellationToken.None).InTime();

        Assert.IsType<AuthenticationFailedException>(row.Error);
        Assert.True(run.Breaker.IsOpen("test"));
        Assert.Equal(0, await BillsAsync());
    }

    [Fact]
    public async Task A_file_that_is_replaced_after_the_check_is_not_sent()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        var run = TestClient.Client.StartBatch(Batch());
        var row = await run.CheckAsync(Row(1, fox), CancellationToken.None);
        Write("fox.png", "-----BEGIN OPENSSH PRIVATE KEY-----"u8.ToArray());

        var outcome = await run.RunAsync(row, CancellationToken.None).InTime();

        Assert.Equal($"Row 1: {fox} was changed, or replaced, after it was checked. Nothing was sent for this row.", outcome.Error!.Message);
        Assert.Empty(await UploadsAsync());
        Assert.Equal(0, await BillsAsync());
    }

    [Fact]
    public async Task An_edited_file_makes_an_edited_row()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        _ = await RunRowsAsync(Batch(), Row(1, fox));
        Write("fox.png", Pictures.Jpeg);
        _ = await RunRowsAsync(Batch(), Row(1, fox));

        Assert.Equal(2, await BillsAsync());
    }

    [Fact]
    public async Task A_host_without_storage_gets_small_files_inside_the_request()
    {
        Write("models.json", System.Text.Encoding.UTF8.GetBytes(
            """{ "models": [ { "ids": [ "fal-ai/nano-banana/edit" ], "protocols": [ "FalQueue" ], "inputs": [ { "name": "prompt" }, { "name": "image_urls", "kind": "TextList", "dataUris": true } ] } ] }"""));
        var (fox, large) = (Write("fox.png", Pictures.Png), Write("large.png", [.. Pictures.Png, .. new byte[2 * 1024 * 1024]]));

        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), Row(1, fox))).Value!.State);
        Assert.Equal(
            $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png)}",
            JsonElement.Parse(Assert.Single(await BillLinesAsync())).GetProperty("input").GetProperty("image_urls")[0].GetString());

        // Found before anything is sent, together with what -WhatIf would say.
        Assert.Equal(
            $"The files of the row have {Pictures.Png.Length + (2 * 1024 * 1024)} bytes. test has no storage for files, and inside a request at most 2097152 bytes are sent. Give an address with -ImageUri. Nothing was sent.",
            (await Assert.ThrowsAsync<InvalidInputException>(() => RunRowsAsync(Batch(), Row(2, large)))).Message);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_file_that_the_caller_handed_over_keeps_to_the_rules_of_a_host_without_storage()
    {
        var secret = Write("secret.txt", "for nobody else"u8.ToArray());
        var run = TestClient.Client.StartBatch(Batch());
        var file = await run.Files.AddAsync(secret, CancellationToken.None);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => run.CheckAsync(Referring(file), CancellationToken.None).AsTask());

        Assert.StartsWith("test has no storage for files, and no definition says that image_urls takes them inside the request.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_looks_like_a_file_gives_a_record_no_file()
    {
        UseStorage();
        var secret = Write("secret.txt", "for nobody else"u8.ToArray());
        var sending = TestClient.Client.Files(Batch());
        Assert.Null((await sending.SendAsync(sending.Connect(sending.FindProvider("test")), new(secret), progress: null, CancellationToken.None)).Error);
        var run = TestClient.Client.StartBatch(Batch());
        var file = await run.Files.AddAsync(secret, CancellationToken.None);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => run.CheckAsync(Referring(file) with { Files = [] }, CancellationToken.None).AsTask());

        Assert.Equal("Row 1: AdditionalInput contains a placeholder for a file, which works only in a record of a request that the ledger knows, and it does not know this one. Name an image with -ImagePath, or give a file object. Nothing was sent.".Replace("AdditionalInput", "image_urls", StringComparison.Ordinal), error.Message);
        Assert.Equal(0, await BillsAsync());
    }

    [Fact]
    public async Task A_record_of_a_known_request_names_its_files_by_their_content()
    {
        UseStorage();
        var notes = Write("notes.txt", "notes"u8.ToArray());
        var run = TestClient.Client.StartBatch(Batch());
        var row = Referring(await run.Files.AddAsync(notes, CancellationToken.None));
        var first = (await run.RunAsync(await run.CheckAsync(row, CancellationToken.None), CancellationToken.None).InTime()).Value!;
        File.Delete(notes);

        var named = row with { Files = [], LedgerId = first.LedgerId };
        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), named)).Value!.State);
        Assert.Equal(1, await BillsAsync());
        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch() with { NoResume = true }, named)).Value!.State);
        Assert.Equal(2, await BillsAsync());
        Assert.Single(await UploadsAsync());

        // Gone here and there: it is said, and nothing is sent.
        await LoseUploadsAsync();
        Assert.Equal("file_download_error", Assert.Single(await RunRowsAsync(Batch() with { NoResume = true }, named)).Error!.HostErrorType);
        var sent = await BillsAsync();
        Assert.Contains("It is no longer known where that is", Assert.Single(await RunRowsAsync(Batch() with { NoResume = true }, named)).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(sent, await BillsAsync());
    }

    [Fact]
    public async Task A_known_request_goes_on_without_the_file_it_was_made_from()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        var first = Assert.Single(await RunRowsAsync(Batch(), Row(1, fox))).Value!;
        File.Delete(fox);

        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), Row(1, fox) with { LedgerId = first.LedgerId })).Value!.State);
        Assert.Equal($"There is no file {fox}.", (await Assert.ThrowsAsync<InvalidInputException>(() => RunRowsAsync(Batch(), Row(1, fox)))).Message);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task A_twin_that_was_changed_is_its_own_rows_matter()
    {
        UseStorage();
        var (fox, twin) = (Write("fox.png", Pictures.Png), Write("twin.png", Pictures.Png));
        var run = TestClient.Client.StartBatch(Batch());
        var rows = new[] { await run.CheckAsync(Row(1, twin), CancellationToken.None), await run.CheckAsync(Row(2, fox), CancellationToken.None) };
        Write("twin.png", Pictures.Jpeg);

        var done = new List<RowOutcome<ImagenResult>>();
        foreach (var row in rows)
        {
            done.Add(await run.RunAsync(row, CancellationToken.None).InTime());
        }

        Assert.Equal($"Row 1: {twin} was changed, or replaced, after it was checked. Nothing was sent for this row.", done[0].Error!.Message);
        Assert.Equal(ImagenStates.Delivered, done[1].Value!.State);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData(null, "1d")]
    public async Task A_file_that_was_sent_under_a_type_or_with_a_lifetime_of_its_own_is_not_what_rows_use(string? type, string? lifetime)
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        var sending = TestClient.Client.Files(Batch());
        var host = sending.Connect(sending.FindProvider("test"));
        var order = new Core.Pipeline.Files.FileOrder(fox, type, lifetime is null ? null : Core.Pipeline.Files.FileSending.Lifetime(lifetime));
        Assert.Null((await sending.SendAsync(host, order, progress: null, CancellationToken.None)).Error);

        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), Row(1, fox))).Value!.State);
        Assert.Equal(2, (await UploadsAsync()).Count);
        Assert.NotNull((await sending.SendAsync(host, new(fox), progress: null, CancellationToken.None)).Value);
        Assert.Equal(2, (await UploadsAsync()).Count);

        // Nor does it take the place of what they use.
        Assert.Null((await sending.SendAsync(host, order, progress: null, CancellationToken.None)).Error);
        var used = await UploadsAsync();
        Assert.Equal(
            used[1].GetProperty("url").GetString(), (await sending.SendAsync(host, new(fox), progress: null, CancellationToken.None)).Value!.Uri);
    }

    [Fact]
    public async Task A_lost_file_that_a_follow_up_hears_of_goes_up_again()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        var request = Assert.Single(await SubmitRowsAsync(Row(1, fox))).Value!;
        await FaultAsync(new { operation = "result", kind = "status", status = 422, count = -1, body = new { detail = new[] { new { loc = new[] { "body", "image_urls" }, msg = "gone", type = "file_download_error" } } } });
        var follow = TestClient.Client.FollowUp(Batch() with { Output = null });
        var record = new RequestRecord { Index = 1, RequestId = request.RequestId!, Provider = "test", Model = Edit };

        Assert.Equal("file_download_error", (await follow.ReceiveAsync(follow.CreateReference(record), record, CancellationToken.None).InTime()).Error!.HostErrorType);
        await EndFaultsAsync();
        _ = await RunRowsAsync(Batch(), Row(2, fox));
        Assert.Equal(2, (await UploadsAsync()).Count);
    }

    private static ImageRow Referring(FileReference file) => new()
    {
        Index = 1,
        Model = Edit,
        Files = [file.Sha256],
        Input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional($$"""{"image_urls":["{{file.Text}}"]}""") },
    };

    private static async Task<IReadOnlyList<RowOutcome<ImagenRequest>>> SubmitRowsAsync(params ImageRow[] rows)
    {
        var run = TestClient.Client.StartBatch(new BatchOptions { Provider = "test", Continues = true });
        var done = new List<RowOutcome<ImagenRequest>>();
        foreach (var row in rows)
        {
            done.Add(await run.SubmitAsync(await run.CheckAsync(row, CancellationToken.None), CancellationToken.None).InTime());
        }

        return done;
    }

    private static ImageRow Row(int number, params string[] paths) => TestHost.Row(number, Prompt(number)) with
    {
        Model = Edit,
        Images = new ImageList(paths, []),
    };

    private static async Task<IReadOnlyList<RowOutcome<ImagenResult>>> RunRowsAsync(BatchOptions options, params ImageRow[] rows)
    {
        var run = TestClient.Client.StartBatch(options);
        var ready = new List<CheckedRow>();
        foreach (var row in rows)
        {
            ready.Add(await run.CheckAsync(row, CancellationToken.None));
        }

        return await Task.WhenAll(ready.Select(row => run.RunAsync(row, CancellationToken.None))).InTime();
    }

    private void UseStorage() => TestClient.Providers.Set(
        TestHost.Profile(Address) with { OpenKey = "open", StorageUri = Address, Scope = ProviderScope.Session }, makeDefault: true);

    private async Task<IReadOnlyList<JsonElement>> UploadsAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return [.. JsonElement.Parse(await http.GetStringAsync(new Uri(Address, "/_emulator/uploads"))).EnumerateArray()];
    }

    private async Task LoseUploadsAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.DeleteAsync(new Uri(Address, "/_emulator/uploads"));
        Assert.True(answer.IsSuccessStatusCode);
    }

    private static string Type(JsonElement upload) => upload.GetProperty("content_type").GetString()!;

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Home.At(name), bytes);
        return Home.At(name);
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
