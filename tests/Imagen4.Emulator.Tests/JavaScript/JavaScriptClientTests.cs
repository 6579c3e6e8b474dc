using System.Text.Json;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.JavaScript;

/// <summary>The emulator against code that nobody here wrote: fal's own client, <c>@fal-ai/client</c>.</summary>
public sealed class JavaScriptClientTests : EmulatorTest
{
    internal override EmulatorOptions Options => new() { Slots = 1, GenerationTime = TimeSpan.FromSeconds(0.4), Key = "js-key" };

    internal override TimeProvider Clock => TimeProvider.System;

    [JavaScriptClientFact]
    public async Task Subscribe_by_polling() => await AssertSubscribedAsync("poll");

    [JavaScriptClientFact]
    public async Task Subscribe_by_streaming() => await AssertSubscribedAsync("stream");

    [JavaScriptClientFact]
    public async Task Submit_status_and_result()
    {
        var output = await Node.RunAsync(Address, "queue");

        var id = output.GetProperty("submitted").GetProperty("request_id").GetString()!;
        Assert.Equal("IN_QUEUE", output.GetProperty("submitted").GetProperty("status").GetString());
        Assert.Equal("COMPLETED", output.GetProperty("status").GetProperty("status").GetString());
        Assert.True(output.GetProperty("status").GetProperty("metrics").GetProperty("inference_time").GetDouble() > 0);
        Assert.NotEmpty(output.GetProperty("status").GetProperty("logs").EnumerateArray());
        Assert.Equal(id, output.GetProperty("requestId").GetString());
        Assert.Single(output.GetProperty("data").GetProperty("images").EnumerateArray());
        Assert.Equal([id], await BilledIdsAsync());
    }

    [JavaScriptClientFact]
    public async Task Cancel_while_waiting()
    {
        var output = await Node.RunAsync(Address, "cancel");

        Assert.Equal("COMPLETED", output.GetProperty("status").GetProperty("status").GetString());
        Assert.Equal("client_cancelled", output.GetProperty("status").GetProperty("error_type").GetString());
        Assert.All(output.GetProperty("errors").EnumerateArray(), error => Assert.True(error.GetProperty("isApiError").GetBoolean()));
        Assert.Equal([499, 400], output.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("status").GetInt32()));
        Assert.Equal("ALREADY_COMPLETED", output.GetProperty("errors")[1].GetProperty("body").GetProperty("status").GetString());
        Assert.Equal(2, (await BilledIdsAsync()).Length);
    }

    [JavaScriptClientFact]
    public async Task Invalid_input_is_a_validation_error()
    {
        var output = await Node.RunAsync(Address, "invalid");

        Assert.True(output.GetProperty("isValidationError").GetBoolean());
        Assert.Equal(422, output.GetProperty("status").GetInt32());
        Assert.Equal("less_than_equal", output.GetProperty("fields")[0].GetProperty("type").GetString());
        Assert.Single(await BilledIdsAsync());
    }

    [JavaScriptClientFact]
    public async Task Upload_and_submit_an_edit_with_the_address()
    {
        var output = await Node.RunAsync(Address, "upload");

        var uploads = await UploadsAsync();
        Assert.Equal(["first one.png", "second.png"], uploads.Select(upload => upload.GetProperty("file_name").GetString()));
        Assert.All(uploads, upload => Assert.Equal("image/png", upload.GetProperty("content_type").GetString()));
        Assert.Equal("""{"expiration_duration_seconds":86400}""", uploads[0].GetProperty("object_lifecycle").GetString());
        Assert.Equal(uploads[0].GetProperty("url").GetString(), output.GetProperty("url").GetString());
        Assert.Equal("\u0089PNG one", output.GetProperty("text").GetString());
        Assert.Single(output.GetProperty("data").GetProperty("images").EnumerateArray());
        Assert.True(output.GetProperty("refused").GetProperty("isValidationError").GetBoolean());
        Assert.Equal("file_download_error", output.GetProperty("refused").GetProperty("fields")[0].GetProperty("type").GetString());
        var bills = await BillsAsync();
        Assert.Equal(2, bills.Count);
        Assert.Equal(
            uploads.Select(upload => upload.GetProperty("url").GetString()),
            bills[0].GetProperty("input").GetProperty("image_urls").EnumerateArray().Select(url => url.GetString()));
    }

    [JavaScriptClientFact]
    public async Task Upload_in_parts()
    {
        await FaultAsync("""{"operation":"part","match":"/4?","kind":"status","status":500}""");

        var output = await Node.RunAsync(Address, "multipart");

        var upload = Assert.Single(await UploadsAsync());
        Assert.Equal(
            (output.GetProperty("sha256").GetString(), output.GetProperty("size").GetInt64(), output.GetProperty("url").GetString(), 10),
            (upload.GetProperty("sha256").GetString(), upload.GetProperty("size").GetInt64(), upload.GetProperty("url").GetString(), upload.GetProperty("parts").GetInt32()));
        Assert.Empty(await BillsAsync());
    }

    /// <summary>Two jobs are paid for: the one that held the slot, and the one that was waited for.</summary>
    private async Task AssertSubscribedAsync(string mode)
    {
        var output = await Node.RunAsync(Address, mode);

        var updates = output.GetProperty("updates").EnumerateArray().ToArray();
        Assert.Equal("IN_QUEUE", updates[0].GetProperty("status").GetString());
        Assert.Equal("COMPLETED", updates[^1].GetProperty("status").GetString());
        var messages = updates[^1].GetProperty("logs").EnumerateArray().Select(message => message.GetString()!).ToArray();
        Assert.StartsWith("Generating", messages[0], StringComparison.Ordinal);
        Assert.StartsWith("Finished", messages[^1], StringComparison.Ordinal);
        Assert.Equal(messages.Distinct(), messages);

        var data = output.GetProperty("data");
        Assert.Equal(7, data.GetProperty("seed").GetInt32());
        var urls = data.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("url").GetString()!).ToArray();
        Assert.Equal(2, urls.Length);
        var files = await Task.WhenAll(urls.Select(Client.DownloadAsync));
        Assert.All(files, file => Assert.Equal((200, "image/png"), (file.Status, file.Header("Content-Type"))));

        var billed = await BilledIdsAsync();
        Assert.Equal(2, billed.Length);
        Assert.Equal(output.GetProperty("requestId").GetString(), billed[1]);
    }

    private async Task<IReadOnlyList<JsonElement>> UploadsAsync() => [.. (await Client.GetAsync("/_emulator/uploads")).Json.EnumerateArray()];

    private async Task FaultAsync(string rule) =>
        Assert.Equal(201, (await Client.SendAsync(HttpMethod.Post, "/_emulator/faults", rule)).Status);

    private async Task<string[]> BilledIdsAsync() => [.. (await BillsAsync()).Select(bill => bill.GetProperty("request_id").GetString()!)];
}
