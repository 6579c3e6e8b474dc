using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>A row of the ledger that says what nothing can be, under a checksum that fits: the others are listed beside it.</summary>
public sealed class OddRowTests : LedgerTest
{
    public static TheoryData<string> Times => new("started", "updated", "accepted", "before");

    [Theory]
    [MemberData(nameof(Times))]
    public async Task A_time_that_no_date_has_is_damage_of_one_row(string kind)
    {
        var odd = Sample.Stored(Sample.Entry(1), RequestState.Delivered);
        odd = kind switch
        {
            "started" => odd with { Started = long.MaxValue },
            "before" => odd with { Started = long.MinValue },
            "updated" => odd with { Progress = odd.Progress with { Updated = RequestColumns.LatestTime + 1 } },
            _ => odd with { Progress = odd.Progress with { Accepted = long.MaxValue } },
        };
        await Sample.PutAsync(Home.Path, odd, Sample.Stored(Sample.Entry(2), RequestState.Delivered));

        var all = All();

        Assert.Equal([odd.LedgerId], all.Where(known => known.IsDamaged).Select(known => known.LedgerId));
        Assert.Equal(
            ["Delivered", "InDoubt"], all.Select(known => LedgerObjects.Of<ImagenRequest>(known).State).Order(StringComparer.Ordinal));
        var read = all.Single(known => known.IsDamaged).Stored;
        Assert.Equal(
            (kind is "started" or "before" ? 0 : 1_700_000_000_000L, kind == "updated" ? 0 : 1_700_000_000_200L, kind == "accepted" ? null : 1_700_000_000_100L),
            (read.Started, read.Progress.Updated, read.Progress.Accepted));
    }

    [Fact]
    public async Task The_first_and_the_latest_time_that_a_date_has_are_no_damage()
    {
        var request = Sample.Stored(Sample.Entry(1), RequestState.Delivered);
        var (first, latest) = (request with { Started = 0 }, Sample.Stored(Sample.Entry(2), RequestState.Delivered) with { Started = RequestColumns.LatestTime });
        await Sample.PutAsync(Home.Path, first, latest);

        Assert.Equal([first, latest], All().Select(known => known.Stored));
    }

    [Theory]
    [InlineData("""{"prompt":"a fox","style":"\ud800"}""")]
    [InlineData("""{"prompt":"a fox","image_urls":["\ud800"]}""")]
    [InlineData("""{"prompt":"\ud800"}""")]
    public async Task An_input_with_half_a_character_can_be_listed(string input)
    {
        await Sample.PutAsync(Home.Path, Sample.Stored(Sample.Entry(1), RequestState.Delivered) with { Input = input });

        var known = Assert.Single(All());

        Assert.Null(LedgerObjects.Of<ImagenRequest>(known).Prompt);
        Assert.Null(LedgerObjects.Of<ImagenResult>(known).AdditionalInput);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"images\":null}")]
    [InlineData("{\"images\":[null]}")]
    [InlineData("{\"images\":[null,{\"index\":2}]}")]
    public async Task A_result_with_nothing_in_the_place_of_an_image_can_be_listed(string delivery)
    {
        var odd = Sample.Stored(Sample.Entry(1), RequestState.Delivered);
        await Sample.PutAsync(Home.Path, odd with { Progress = odd.Progress with { Delivery = delivery } });

        var known = Assert.Single(All());

        Assert.InRange(LedgerObjects.Of<ImagenRequest>(known).Images.Count, 0, 1);
        Assert.InRange(LedgerObjects.Of<ImagenResult>(known).Images.Count, 0, 1);
    }
}
