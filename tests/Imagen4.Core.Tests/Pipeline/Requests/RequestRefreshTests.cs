using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Requests;

/// <summary>Asking the hosts about requests tells which of them they no longer have, and those can be forgotten.</summary>
[Collection(RunsAlone.Name)]
public sealed class RequestRefreshTests : FollowUpTest
{
    internal override TimeProvider Time => TimeProvider.System;

    [Fact]
    public async Task Requests_that_a_host_no_longer_has_are_named_once_and_can_be_removed()
    {
        var kept = await SubmitAsync("fal");
        await PutAsync("fal", Address, "old-1", "old-2");

        var refresh = TestClient.Client.Refresh(Batch("fal"));
        var shown = await RunAsync(refresh);

        Assert.Empty(refresh.Failures);
        Assert.Equal(3, shown.Count);
        Assert.Equal(
            "Requests that their hosts do not know, or no longer do: 2 (old-1, old-2). Their images cannot be fetched."
            + " To remove them from the ledger: Get-ImagenRequest -RequestId old-1, old-2 | Remove-ImagenRequest -Force",
            refresh.Gone);
        foreach (var gone in shown.Where(request => request.RequestId != kept.RequestId))
        {
            Assert.Equal(ImagenStates.Failed, gone.State);
            RequestRemoval.RequireFinished(TestClient.Client.Requests.OfLedgerId(gone.LedgerId!));
        }

        // They are not asked about again.
        var again = TestClient.Client.Refresh(Batch("fal"));
        _ = await RunAsync(again);
        Assert.Null(again.Gone);
    }

    [Fact]
    public async Task An_emulator_that_was_started_anew_at_another_address_has_none_of_the_old_requests()
    {
        await PutAsync(ProviderCatalog.EmulatorName, new Uri("http://127.0.0.1:1/"), "old");
        TestClient.Providers.Set(
            ProviderCatalog.EmulatorAt(TestClient.Providers.Find(ProviderCatalog.EmulatorName), Address), makeDefault: false);
        try
        {
            var refresh = TestClient.Client.Refresh(Batch(ProviderCatalog.EmulatorName));
            var shown = await RunAsync(refresh);
            Assert.Empty(refresh.Failures);
            Assert.Equal(ImagenStates.Failed, Assert.Single(shown).State);
            Assert.Contains("(old)", refresh.Gone, StringComparison.Ordinal);
        }
        finally
        {
            _ = TestClient.Providers.Remove(ProviderCatalog.EmulatorName);
        }
    }

    private static async Task<IReadOnlyList<ImagenRequest>> RunAsync(RequestRefresh refresh) => await refresh
        .RunAsync([.. TestClient.Client.Requests.Find(new RequestFilter())], CancellationToken.None).InTime();
}
