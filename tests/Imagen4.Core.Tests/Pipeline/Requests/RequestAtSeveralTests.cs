using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Requests;

/// <summary>An id that several hosts have given.</summary>
[Collection(RunsAlone.Name)]
public sealed class RequestAtSeveralTests : FollowUpTest
{
    [Fact]
    public async Task An_id_alone_is_asked_for_nowhere_until_a_provider_is_named()
    {
        await PutAsync("kkiai", new Uri(Address, "kkiai"), "r-1", "r-2");
        await PutAsync("fal", Address, "of the same row", "of the same row too", "r-1");
        var run = TestClient.Client.FollowUp(Batch(provider: null));
        var record = new RequestRecord { Index = 1, RequestId = "r-1" };

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => run.LocateAsync(record, CancellationToken.None));

        Assert.Equal(
            "The ledger knows request r-1 of several providers: kkiai, fal. Nothing was asked; name one with -Provider.", error.Message);
        Assert.Empty(await RequestsAsync());
        Assert.Equal("kkiai", (await run.LocateAsync(record with { Provider = "kkiai" }, CancellationToken.None)).Provider);
        Assert.Equal("kkiai", (await run.LocateAsync(record with { RequestId = "r-2" }, CancellationToken.None)).Provider);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_says_whether_a_command_has_to_name_the_provider(bool isShared)
    {
        var failed = await SubmitAsync("fal", "[emulator:generation_timeout]");
        var request = await SubmitAsync("fal");
        if (isShared)
        {
            await PutAsync("kkiai", new Uri(Address, "kkiai"), request.RequestId!, failed.RequestId!);
        }

        var cancelled = (await CancelAsync(request)).Error!;
        await AnswerAsync("download", 404, "gone");
        var options = Batch("fal") with { Wait = true, Output = new OutputFolder(Home.At("out"), force: false) };
        var run = TestClient.Client.FollowUp(options);
        var undelivered = await ReceiveAsync(request.RequestId!);
        var ended = await ReceiveAsync(failed.RequestId!);

        Assert.IsType<AlreadyCompletedException>(cancelled);
        Assert.IsType<DownloadFailedException>(undelivered);
        Assert.All([cancelled, undelivered, ended], error => Assert.Equal((isShared, "fal"), (error.HasSharedId, error.Provider)));
        Assert.StartsWith(
            $"Get-ImagenRequest -RequestId {failed.RequestId}{(isShared ? " -Provider fal" : "")} | New-ImagenImage", ended.NextCommand, StringComparison.Ordinal);

        async Task<ImagenException> ReceiveAsync(string id)
        {
            var record = new RequestRecord { Index = 1, RequestId = id, Provider = "fal", Model = request.Model };
            return (await run.ReceiveAsync(run.CreateReference(record), record, CancellationToken.None).InTime()).Error!;
        }
    }
}
