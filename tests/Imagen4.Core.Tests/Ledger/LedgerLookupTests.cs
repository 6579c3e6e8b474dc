using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What is found of requests: by what they are known by, and in lists.</summary>
public sealed class LedgerLookupTests : LedgerTest
{
    private static readonly RowIdentity Row = Sample.Entry(1).Row!;

    [Theory]
    [InlineData("../../../victim.3")]
    [InlineData("")]
    [InlineData("0190a0b0c0d0e0f00190a0b0c0d0e0f")]
    [InlineData("0190a0b0c0d0e0f00190a0b0c0d0e0f0a")]
    [InlineData("0190a0b0c0d0e0f00190a0b0c0d0e0fz")]
    public void What_is_no_id_of_the_ledger_is_not_looked_for(string id) => Assert.Null(Open().OfLedgerId(id));

    [Fact]
    public async Task The_newest_request_of_a_row_is_found_in_its_directory_and_alike_ones_in_all()
    {
        var first = await PutAsync(Row, RequestState.Failed);
        var newest = await PutAsync(Row, RequestState.Accepted, generation: 2);
        var elsewhere = await PutAsync(RowIdentity.OfInput(new Uri("https://queue.fal.run/"), "fal-ai/imagen4/preview", Row.InputHash, 1, "/elsewhere"), RequestState.Delivered);
        var equal = await PutAsync(new RowIdentity("aa", "bb", Row.InputHash, null), RequestState.Delivered);
        await PutAsync(new RowIdentity("cc", "dd", "ee", null), RequestState.Delivered);
        var ledger = Open();

        Assert.Equal(newest.LedgerId, ledger.OfRow(Row)!.LedgerId);
        Assert.Equal([first.LedgerId, newest.LedgerId], (await ledger.FindGenerationsAsync(Row.Row, default)).Select(known => known.LedgerId));
        Assert.Equal(
            [equal.LedgerId, elsewhere.LedgerId, newest.LedgerId, first.LedgerId],
            (await ledger.FindAlikeAsync(Row, default)).Select(known => known.LedgerId));
        Assert.Null(ledger.OfRow(new RowIdentity("00", "00", "00", null)));
        Assert.All(await ledger.FindAlikeAsync(Row, default), known => Assert.Equal(ledger.Location, known.Ledger));
    }

    [Fact]
    public async Task Lists_say_which_request_is_the_newest_of_its_row()
    {
        var first = await PutAsync(Row, RequestState.Failed);
        var newest = await PutAsync(Row, RequestState.Accepted, generation: 2);
        var ledger = Open();

        Assert.Equal(
            [(first.LedgerId, false), (newest.LedgerId, true)],
            ledger.List(new LedgerQuery { WithSuperseded = true }).Select(listed => (listed.Known.LedgerId, listed.IsNewest)).OrderBy(one => one.IsNewest));
        Assert.Equal([newest.LedgerId], ledger.List(new LedgerQuery()).Select(listed => listed.Known.LedgerId));
        Assert.Equal([newest.LedgerId], (await ledger.FindNewestAsync(1, default)).Select(known => known.LedgerId));
        Assert.Equal(2, (await ledger.FindNewestAsync(5, default)).Count);
    }

    [Fact]
    public async Task An_id_of_several_hosts_does_not_say_alone_which_request_is_meant()
    {
        await PutAsync(Row, RequestState.Accepted, requestId: "twice");
        await PutAsync(Sample.Entry(2).Row!, RequestState.Accepted, requestId: "twice", address: "https://queue.example");
        await PutAsync(Sample.Entry(3).Row!, RequestState.Accepted, requestId: "once");
        await PutAsync(Sample.Entry(4).Row!, RequestState.Accepted, requestId: "once");
        var ledger = Open();

        Assert.True(await ledger.IsAtSeveralAsync("twice"));
        Assert.False(await ledger.IsAtSeveralAsync("once"));
        Assert.False(await ledger.IsAtSeveralAsync("never"));
        Assert.Equal(2, (await ledger.FindByRequestIdAsync("once", default)).Count);
        Assert.Empty(await ledger.FindByRequestIdAsync("ONCE", default));
    }

    [Fact]
    public async Task Of_several_requests_with_an_id_the_newest_is_the_one_at_the_address()
    {
        await PutAsync(Row, RequestState.Accepted, requestId: "r");
        var newest = await PutAsync(Sample.Entry(2).Row!, RequestState.Accepted, requestId: "r");
        var elsewhere = await PutAsync(Sample.Entry(3).Row!, RequestState.Accepted, requestId: "r", address: "https://queue.example");
        var ledger = Open();

        Assert.Equal(newest.LedgerId, (await ledger.FindByRequestIdAsync("https://queue.fal.run", "other", "r", default))!.LedgerId);
        Assert.Equal(elsewhere.LedgerId, (await ledger.FindByRequestIdAsync("https://queue.example", "other", "r", default))!.LedgerId);
        Assert.Equal(elsewhere.LedgerId, (await ledger.FindByRequestIdAsync(null, "FAL", "r", default))!.LedgerId);
        Assert.Null(await ledger.FindByRequestIdAsync(null, "other", "r", default));
    }

    [Fact]
    public async Task What_came_after_a_batch_began_or_was_worked_on_then_is_told_from_what_was_there()
    {
        var before = await PutAsync(Row, RequestState.Failed);
        var worker = Open();
        var workedOn = Sample.Entry(2);
        Assert.True(await worker.ClaimAsync(workedOn, newest: null, isSeen: true, default));
        var ledger = Open();

        var start = await ledger.BeginAsync(default);
        var after = await PutAsync(Sample.Entry(3).Row!, RequestState.Failed);

        Assert.Equal([workedOn.LedgerId], start.WorkedOn);
        Assert.False(await IsSinceAsync(before.LedgerId));
        Assert.True(await IsSinceAsync(workedOn.LedgerId));
        Assert.True(await IsSinceAsync(after.LedgerId));

        Task<bool> IsSinceAsync(string id) => ledger.IsSinceAsync(start, ledger.OfLedgerId(id)!, default);
    }

    [Fact]
    public async Task Images_are_where_the_row_wants_them_only_when_all_of_them_are()
    {
        await File.WriteAllTextAsync(Home.At("1.png"), "one");
        await File.WriteAllTextAsync(Home.At("2.png"), "two");
        var ledger = Open();

        Assert.True(await HasFilesAsync(RequestState.Delivered, Home.Path, "1.png", "2.png"));
        Assert.True(await HasFilesAsync(RequestState.Delivered, null, "1.png", "2.png"));
        Assert.False(await HasFilesAsync(RequestState.Delivered, Home.Path, "1.png", "3.png"));
        Assert.False(await HasFilesAsync(RequestState.Delivered, Home.At("out"), "1.png"));
        Assert.False(await HasFilesAsync(RequestState.Delivered, Home.Path));
        Assert.False(await HasFilesAsync(RequestState.Completed, Home.Path, "1.png"));

        async Task<bool> HasFilesAsync(RequestState state, string? directory, params string[] names)
        {
            var images = names.Select((name, at) => new ImagenImage { Index = at + 1, Path = Home.At(name) }).ToList();
            var stored = Sample.Stored(Sample.Entry(1), state);
            var delivery = LedgerJson.Write(new LedgerResult { Images = images }, LedgerJson.Plain.LedgerResult);
            return await ledger.HasFilesAsync(
                new LedgerRequest(stored with { Progress = stored.Progress with { Delivery = delivery } }, "here"), directory, default);
        }
    }

    private async Task<StoredRequest> PutAsync(
        RowIdentity row, RequestState state, int generation = 1, string? requestId = null, string address = "https://queue.fal.run")
    {
        var entry = Sample.Entry(1) with { Row = row, RequestId = requestId, BaseAddress = address };
        var stored = Sample.Stored(entry, state) with { Generation = generation };
        await Sample.PutAsync(Home.Path, stored);
        return stored;
    }
}
