using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

public sealed class NamedRequestsTests : LedgerTest
{
    private static readonly LedgerEntry Entry = Sample.Entry(1) with { Provider = "studio", Key = "caf\u00e9", BaseAddress = "https://host.example" };

    [Theory]
    [InlineData(null, 43L, 43L, null)]
    [InlineData(3L, 43L, 43L, 3L)]
    [InlineData(3L, 3L, 3L, 3L)]
    [InlineData(3L, 43L, 4L, 4L)]
    [InlineData(3L, null, 43L, 43L)]
    public void The_seed_a_host_reports_is_no_input_whatever_it_was_asked_for(long? asked, long? reported, long? onTheRecord, long? taken)
    {
        var entry = Sample.Entry(1) with { Input = new ImageInput { Prompt = "a fox", Seed = asked } };
        var stored = Sample.Stored(entry, RequestState.Delivered);
        var known = new LedgerRequest(stored with { Progress = stored.Progress with { Seed = reported } }, "here");

        var input = NamedRequests.WithoutReports(known, entry.Input with { Seed = onTheRecord });

        Assert.Equal(taken, input.Seed);
    }

    [Fact]
    public void A_seed_that_only_the_result_has_is_the_hosts_too()
    {
        var stored = Sample.Stored(Sample.Entry(1), RequestState.Delivered);
        var known = new LedgerRequest(stored with { Progress = stored.Progress with { Seed = null } }, "here");

        Assert.Null(NamedRequests.WithoutReports(known, new ImageInput { Prompt = "a fox", Seed = 42 }).Seed);
        Assert.Equal(42, NamedRequests.WithoutReports(new LedgerRequest(known.Stored with { Input = "[" }, known.Ledger), new ImageInput { Seed = 42 }).Seed);
    }

    [Theory]
    [InlineData("https://host.example", "other", "fal-ai/imagen4/preview", null, true)]
    [InlineData("https://HOST.example/", "other", "fal-ai/imagen4/preview", null, true)]
    [InlineData("https://moved.example", "Studio", "fal-ai/imagen4/preview", null, true)]
    [InlineData("https://moved.example", "other", "fal-ai/imagen4/preview", null, false)]
    [InlineData("https://host.example", "studio", "fal-ai/imagen4/ultra", null, false)]
    [InlineData("https://host.example", "studio", "fal-ai/imagen4/preview", "cafe\u0301", true)]
    [InlineData("https://host.example", "studio", "fal-ai/imagen4/preview", "tea", false)]
    public void A_row_goes_where_a_request_went_by_its_address_or_its_provider(string address, string name, string model, string? key, bool isSame)
    {
        var known = new LedgerRequest(Sample.Stored(Entry, RequestState.Accepted), "here");
        var row = TestHost.Row() with { Key = key };

        Assert.Equal(isSame, NamedRequests.IsForSame(known, row, Connect(address, name), model));
        Assert.Equal(isSame || key == "tea", NamedRequests.IsForSame(
            new LedgerRequest(known.Stored with { Key = null }, known.Ledger), row, Connect(address, name), model));
    }

    [Fact]
    public async Task A_record_names_a_request_by_the_ledgers_id_first_and_else_by_the_hosts()
    {
        var (first, second) = (Sample.Stored(Entry, RequestState.Accepted), Sample.Stored(Entry with { LedgerId = LedgerEntry.NewId(), Row = null }, RequestState.Accepted));
        second = second with { Row = null, Subject = null };
        await Sample.PutAsync(Home.Path, first, second);
        var named = new NamedRequests(Open());
        var host = Connect("https://host.example", "studio");

        Assert.Equal(first.LedgerId, await FindAsync(first.LedgerId, first.Progress.RequestId));
        Assert.Equal(second.LedgerId, await FindAsync(null, second.Progress.RequestId));
        Assert.Equal(second.LedgerId, await FindAsync(LedgerEntry.NewId(), second.Progress.RequestId));
        Assert.Equal(first.LedgerId, await FindAsync(first.LedgerId, null));
        Assert.Null(await FindAsync(null, "unknown"));
        Assert.Null(await FindAsync(LedgerEntry.NewId(), null));
        Assert.Null(await FindAsync(null, null));

        // A column that was sorted by itself.
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => FindAsync(first.LedgerId, "another-1"));
        Assert.Equal(
            $"The record names two requests: LedgerId {first.LedgerId} is request {first.Progress.RequestId}, and RequestId is another-1. "
            + "Nothing was sent. Remove the one that is wrong, or both for a new row.",
            error.Message);

        async Task<string?> FindAsync(string? ledgerId, string? requestId) =>
            (await named.FindAsync(TestHost.Row() with { LedgerId = ledgerId, RequestId = requestId }, host, CancellationToken.None))?.LedgerId;
    }

    [Fact]
    public async Task A_request_that_got_no_id_is_not_meant_by_that_of_another()
    {
        var (other, refused) = (
            Sample.Stored(Entry with { RequestId = "r-1" }, RequestState.Delivered),
            Sample.Stored(Entry with { LedgerId = LedgerEntry.NewId(), RequestId = null }, RequestState.Rejected));
        refused = refused with { Row = null, Subject = null, Progress = refused.Progress with { RequestId = null } };
        await Sample.PutAsync(Home.Path, other, refused);
        var named = new NamedRequests(Open());
        var row = TestHost.Row() with { LedgerId = refused.LedgerId };
        var host = Connect("https://host.example", "studio");

        var error = await Assert.ThrowsAsync<InvalidInputException>(() =>
            named.FindAsync(row with { RequestId = "r-1" }, host, CancellationToken.None).AsTask());
        Assert.StartsWith(
            $"The record names two requests: LedgerId {refused.LedgerId}, which got no RequestId, and RequestId r-1, which is another one. Nothing was sent.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal(refused.LedgerId, (await named.FindAsync(row with { RequestId = "unknown" }, host, CancellationToken.None))!.LedgerId);
    }

    [Fact]
    public async Task A_hosts_id_is_looked_for_at_its_address_and_then_by_the_providers_name()
    {
        var here = Sample.Stored(Entry with { RequestId = "r-1" }, RequestState.Accepted);
        var moved = Sample.Stored(Entry with { LedgerId = LedgerEntry.NewId(), RequestId = "r-1", BaseAddress = "https://old.example", Provider = "old", Row = null }, RequestState.Accepted);
        await Sample.PutAsync(Home.Path, here, moved);
        var named = new NamedRequests(Open());

        Assert.Equal(here.LedgerId, await FindAsync("https://host.example", "old"));
        Assert.Equal(moved.LedgerId, await FindAsync("https://new.example", "OLD"));
        Assert.Null(await FindAsync("https://new.example", "new"));

        async Task<string?> FindAsync(string address, string name) => (await named.FindAsync(
            TestHost.Row() with { RequestId = "r-1" }, Connect(address, name), CancellationToken.None))?.LedgerId;
    }

    [Fact]
    public async Task An_id_is_another_rows_only_at_the_same_address()
    {
        var open = Sample.Stored(Entry with { RequestId = "open" }, RequestState.Accepted);
        var ended = Sample.Stored(Entry with { LedgerId = LedgerEntry.NewId(), RequestId = "ended", Row = null }, RequestState.Delivered);
        await Sample.PutAsync(Home.Path, open, ended);
        var ledger = Open();
        var mine = Entry with { LedgerId = LedgerEntry.NewId() };

        Assert.True(await ledger.IsOthersRequestAsync(mine, "open"));
        Assert.True(await ledger.IsOthersRequestAsync(mine, "ended"));
        Assert.False(await ledger.IsOthersRequestAsync(mine, "unknown"));
        Assert.False(await ledger.IsOthersRequestAsync(mine with { BaseAddress = "https://moved.example" }, "open"));
        Assert.False(await ledger.IsOthersRequestAsync(mine with { LedgerId = open.LedgerId }, "open"));
    }

    private static HostConnection Connect(string address, string name) =>
        TestHost.Connect(TestHost.Profile(new Uri(address), name));
}
