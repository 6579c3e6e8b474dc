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
        var (fox, long_) = (Write("fox.png", Pictures.Png), Write("long.png", [.. Pictures.Png, .. new byte[4 * 1024 * 1024]]));

        var rows = await RunRowsAsync(Batch(), Row(1, fox), Row(2, long_));

        Assert.Equal(ImagenStates.Delivered, rows[0].Value!.State);
        Assert.Equal(
            $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png)}",
            JsonElement.Parse(Assert.Single(await BillLinesAsync())).GetProperty("input").GetProperty("image_urls")[0].GetString());
        Assert.Equal(
            $"Row 2: {long_} has {Pictures.Png.Length + (4 * 1024 * 1024)} bytes. test has no storage for files, and inside a request at most 4194304 bytes are sent. Give an address with -ImageUri. Nothing was sent.",
            rows[1].Error!.Message);
    }

    [Fact]
    public async Task A_file_that_is_only_named_by_its_content_is_known_while_it_is_uploaded()
    {
        UseStorage();
        var fox = Write("fox.png", Pictures.Png);
        var known = new FileReference(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Pictures.Png)), null);
        ImageRow row = new() { Index = 1, Model = Edit, Input = new ImageInput { Prompt = "x", AdditionalInput = TestHost.Additional($$"""{"image_urls":["{{known.Text}}"]}""") } };

        Assert.Equal(
            $"Row 1: The input names a file by its content (SHA-256 {known.Sha256}), which was not uploaded lately with this key and is not given in this run. Give the file again. Nothing was sent for this row.",
            Assert.Single(await RunRowsAsync(Batch(), row)).Error!.Message);
        Assert.Equal(0, await BillsAsync());

        _ = await RunRowsAsync(Batch(), Row(2, fox));
        Assert.Equal(ImagenStates.Delivered, Assert.Single(await RunRowsAsync(Batch(), row)).Value!.State);
        Assert.Single(await UploadsAsync());
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
