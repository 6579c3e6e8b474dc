using Imagen4.Core.Ledger;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What the ledger keeps of a result, and what a later run makes of it.</summary>
public sealed class LedgerResultTests
{
    private static readonly DateTime Completed = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void All_of_a_result_is_kept_and_comes_back()
    {
        var result = new ImagenResult
        {
            Images = [new ImagenImage { Index = 1 }, new ImagenImage { Index = 2, Path = "/out/2.png" }],
            Seed = 42,
            Description = "A fox",
            BillableUnits = 2,
            Cost = 0.04m,
            Currency = "USD",
            CompletedAt = Completed,
            Elapsed = 7.5,
            AdditionalOutput = """{"has_nsfw_concepts":[false]}""",
        };

        var kept = LedgerJson.Read(LedgerJson.Write(LedgerResult.Of(result), LedgerJson.Plain.LedgerResult), LedgerJson.Plain.LedgerResult)!;
        var made = new ImagenResult();
        kept.CopyTo(made);

        Assert.Equal([1, 2], made.Images.Select(image => image.Index));
        Assert.Equal(("/out/2.png", 42L, "A fox", 2m), (made.Path, made.Seed, made.Description, made.BillableUnits));
        Assert.Equal((0.04m, "USD", Completed, 7.5), (made.Cost, made.Currency, made.CompletedAt, made.Elapsed));
        Assert.Equal("""{"has_nsfw_concepts":[false]}""", made.AdditionalOutput);
    }

    [Fact]
    public void A_seed_that_the_result_does_not_say_is_the_one_that_was_asked_for()
    {
        var made = new ImagenResult { Seed = 3 };

        new LedgerResult().CopyTo(made);

        Assert.Equal((3L, null), (made.Seed, made.Path));
        new LedgerResult { Seed = 42 }.CopyTo(made);
        Assert.Equal(42, made.Seed);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, null)]
    [InlineData(double.NaN, null)]
    [InlineData(0.0, 0.0)]
    [InlineData(null, null)]
    public void A_time_that_no_number_can_be_is_none(double? seconds, double? kept) =>
        Assert.Equal(kept, new LedgerResult { Elapsed = seconds }.Elapsed);

    [Fact]
    public void A_cost_is_kept_where_one_is_known_or_the_host_counts_units()
    {
        Assert.Null(LedgerResult.OfCost(units: null, cost: null, "USD"));
        Assert.Equal((2m, null, null), Cost(LedgerResult.OfCost(2, cost: null, currency: null)));
        Assert.Equal((null, 0.04m, "USD"), Cost(LedgerResult.OfCost(units: null, 0.04m, "USD")));
    }

    [Fact]
    public void A_cost_is_added_only_where_none_is_known()
    {
        var delivered = new LedgerResult { Seed = 42, BillableUnits = 1 };
        var told = new LedgerResult { BillableUnits = 2, Cost = 0.04m, Currency = "USD" };

        Assert.Null(LedgerResult.WithCost(null, null));
        Assert.Same(delivered, LedgerResult.WithCost(delivered, null));
        Assert.Equal(told, LedgerResult.WithCost(null, told));
        Assert.Equal(delivered with { BillableUnits = 2, Cost = 0.04m, Currency = "USD" }, LedgerResult.WithCost(delivered, told));
        Assert.Equal(1m, LedgerResult.WithCost(delivered, told with { BillableUnits = null })!.BillableUnits);
        Assert.Same(told, LedgerResult.WithCost(told, told with { Cost = 0.05m }));
    }

    [Fact]
    public void Nothing_in_the_place_of_an_image_is_left_out()
    {
        var whole = new LedgerResult { Images = [new ImagenImage { Index = 1 }] };

        Assert.Same(whole, whole.Whole());
        Assert.Empty(new LedgerResult { Images = null! }.Whole().Images);
        Assert.Equal([2], new LedgerResult { Images = [null!, new ImagenImage { Index = 2 }] }.Whole().Images.Select(image => image.Index));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("""{"description":"\ud800"}""")]
    public void What_cannot_be_read_is_nothing(string? json) => Assert.Null(LedgerJson.Read(json, LedgerJson.Plain.LedgerResult));

    [Fact]
    public void Text_is_kept_in_its_own_script_and_read_with_its_escapes()
    {
        Assert.Equal("""{"description":"狐 <"}""", LedgerJson.Write(new LedgerResult { Images = null!, Description = "狐 <" }, LedgerJson.Plain.LedgerResult));
        Assert.Null(LedgerJson.Write(null, LedgerJson.Plain.LedgerResult));
        Assert.Equal("狐", LedgerJson.Read("""{"description":"\u72d0"}""", LedgerJson.Plain.LedgerResult)!.Description);
    }

    private static (decimal?, decimal?, string?) Cost(LedgerResult? result) => (result!.BillableUnits, result.Cost, result.Currency);
}
