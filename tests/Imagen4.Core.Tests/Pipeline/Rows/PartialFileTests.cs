using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Rows;

/// <summary>Half an image that a killed process left goes with its request; half an image that a living one is fetching stays.</summary>
[Collection(RunsAlone.Name)]
public sealed class PartialFileTests : BatchTest
{
    private IReadOnlyList<string> Partial => Directory.Exists(Out)
        ? [.. Directory.EnumerateFiles(Out, "*.partial", new EnumerationOptions { AttributesToSkip = FileAttributes.None })]
        : [];

    [Fact]
    public async Task What_a_killed_process_left_is_gone_when_the_row_is_continued()
    {
        using var killed = await StartFetchingAsync();
        killed.Kill();
        Assert.Single(Partial);

        var row = Assert.Single(await RunAsync(Batch(), Prompt(1)));

        Assert.Equal((ImagenStates.Delivered, null), (row.Value!.State, row.Error));
        Assert.Equal([Path.GetFileName(row.Value.Path!)], Directory.EnumerateFileSystemEntries(Out).Select(Path.GetFileName));
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task It_is_gone_too_where_the_image_is_no_longer_to_be_had()
    {
        using var killed = await StartFetchingAsync();
        killed.Kill();
        foreach (var operation in new[] { "status", "stream", "result" })
        {
            await FaultAsync(new { kind = "status", status = 404, operation, count = -1, body = new { detail = "Request not found" } });
        }

        var row = Assert.Single(await RunAsync(Batch(), Prompt(1)));

        Assert.IsType<RequestNotFoundException>(row.Error);
        Assert.Empty(Partial);
        Assert.Equal(1, await BillsAsync());
    }

    [Fact]
    public async Task It_is_gone_when_the_request_is_received_or_forgotten()
    {
        foreach (var end in (Func<RequestView, Task>[])[ReceiveAsync, ForgetAsync])
        {
            using var killed = await StartFetchingAsync();
            killed.Kill();
            Assert.Single(Partial);

            await end(Assert.Single(Known()));

            Assert.Empty(Partial);
            foreach (var saved in Directory.EnumerateFiles(Out))
            {
                File.Delete(saved);
            }

            await ForgetAllAsync();
        }
    }

    [Fact]
    public async Task What_a_living_process_is_fetching_stays_whatever_is_done_with_its_request_meanwhile()
    {
        using var living = await StartFetchingAsync();
        var partial = Assert.Single(Partial);

        var (result, error) = await ReceiveAsync(Assert.Single(Known()));
        Assert.Equal((ImagenStates.Delivered, null), (result!.State, error));
        Assert.Equal([partial], Partial);

        await ForgetAllAsync();
        Assert.Equal([partial], Partial);

        living.Kill();
        Assert.Equal([partial], Partial);
    }

    [Fact]
    public async Task Other_files_of_the_folder_stay()
    {
        using var killed = await StartFetchingAsync();
        killed.Kill();
        var id = Assert.Single(Known()).RequestId!;
        string[] others = [$".{id}.partial", $".{id}.notes.partial", $"{id}.{Guid.NewGuid():N}.partial", $".other.{Guid.NewGuid():N}.partial"];
        foreach (var other in others)
        {
            await File.WriteAllTextAsync(Path.Combine(Out, other), "mine");
        }

        await ForgetAllAsync();

        Assert.Equal(others.Order(StringComparer.Ordinal), Partial.Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // Another process that has half of an image.
    private async Task<TortureProcess> StartFetchingAsync()
    {
        await FaultAsync(new { kind = "hang", operation = "download", at = "middle" });
        var process = await StartOtherAsync();
        await UntilAsync(async () => !await HasFaultsAsync());
        return process;
    }

    private static IReadOnlyList<RequestView> Known()
    {
        var book = TestClient.Client.Requests;
        return [.. book.Find(new RequestFilter())];
    }

    private async Task<RowOutcome<ImagenResult>> ReceiveAsync(RequestView request)
    {
        var options = Batch();
        var run = TestClient.Client.FollowUp(options);
        var record = new RequestRecord { Index = 1, RequestId = request.RequestId!, Provider = "test", Model = TestHost.Model };
        return await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime();
    }

    private static Task<int> ForgetAsync(RequestView request)
    {
        RequestRemoval.RequireFinished(request);
        return TestClient.Client.Remove().RunAsync([request]);
    }

    private static async Task ForgetAllAsync()
    {
        foreach (var request in Known())
        {
            await ForgetAsync(request);
        }
    }
}
