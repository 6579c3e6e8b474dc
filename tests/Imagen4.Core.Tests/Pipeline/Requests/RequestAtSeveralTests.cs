using Imagen4.Core.Input;
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
}
