using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Which row of the ledger a row of a pipeline is, with and without a directory.</summary>
public sealed class RowLookupTests : LedgerTest
{
    private static readonly LedgerEntry Entry = Sample.Entry(1);
    private static readonly RowIdentity Here = Of("/here");
    private static readonly RowIdentity There = Of("/there");
    private static readonly RowIdentity Submitted = Of(directory: null);

    [Fact]
    public async Task A_row_is_its_own_where_that_goes_on()
    {
        await PutAsync(Submitted, RequestState.Accepted);
        var own = await PutAsync(Here, RequestState.Accepted);

        Assert.Equal((Here, own, own), await FindAsync(Here));
    }

    [Fact]
    public async Task A_new_row_is_new_and_says_what_is_alike()
    {
        Assert.Equal((Here, null, null), await FindAsync(Here));
        var there = await PutAsync(There, RequestState.Delivered);

        Assert.Equal((Here, null, there), await FindAsync(Here));
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted))]
    [InlineData(nameof(RequestState.Failed))]
    public async Task A_row_that_was_only_submitted_stays_that_row_in_every_directory(string state)
    {
        var submitted = await PutAsync(Submitted, Enum.Parse<RequestState>(state));

        Assert.Equal((Submitted, submitted, submitted), await FindAsync(Here));
    }

    [Theory]
    [InlineData(nameof(RequestState.Accepted), true)]
    [InlineData(nameof(RequestState.Failed), false)]
    public async Task Who_only_submits_goes_on_with_the_row_of_any_directory_but_not_with_one_that_came_to_nothing(string state, bool goesOn)
    {
        var here = await PutAsync(Here, Enum.Parse<RequestState>(state));

        Assert.Equal(goesOn ? (Here, here, here) : (Submitted, null, here), await FindAsync(Submitted));
    }

    [Fact]
    public async Task Where_its_own_has_come_to_nothing_a_row_goes_on_with_the_one_that_was_only_submitted()
    {
        await PutAsync(Here, RequestState.Failed);
        var submitted = await PutAsync(Submitted, RequestState.Accepted);
        Assert.Equal((Submitted, submitted, submitted), await FindAsync(Here));

        await PutAsync(There, RequestState.Failed);
        var newest = await PutAsync(There, RequestState.Failed, generation: 2);
        Assert.Equal((Submitted, submitted, newest), await FindAsync(Here));
    }

    [Fact]
    public async Task Where_all_have_come_to_nothing_a_row_is_its_own()
    {
        var own = await PutAsync(Here, RequestState.Failed);
        var submitted = await PutAsync(Submitted, RequestState.Failed);

        Assert.Equal((Here, own, submitted), await FindAsync(Here));
    }

    [Fact]
    public async Task A_row_that_somebody_is_about_to_submit_is_that_row()
    {
        var entry = Entry with { Row = Submitted };
        Assert.True(await Open().ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None));

        Assert.Equal((Submitted, entry.LedgerId, entry.LedgerId), await FindAsync(Here));
    }

    [Fact]
    public async Task An_equal_input_of_another_subject_is_another_row()
    {
        await PutAsync(new RowIdentity("aa", "bb", Here.InputHash, null), RequestState.Accepted);

        Assert.Equal((Here, null, null), await FindAsync(Here));
    }

    private static RowIdentity Of(string? directory) =>
        RowIdentity.OfInput(new Uri("https://queue.fal.run/"), Entry.Model, Entry.Row!.InputHash, 1, directory);

    private async Task<(RowIdentity Row, string? Known, string? Newest)> FindAsync(RowIdentity row)
    {
        var found = await new RowLookup(Open()).FindAsync(row, CancellationToken.None);
        return (found.Row, found.Known?.LedgerId, found.Newest);
    }

    private async Task<string> PutAsync(RowIdentity row, RequestState state, int generation = 1)
    {
        var entry = Entry with { LedgerId = LedgerEntry.NewId(), Row = row };
        await Sample.PutAsync(Home.Path, Sample.Stored(entry, state) with { Generation = generation });
        return entry.LedgerId;
    }
}
