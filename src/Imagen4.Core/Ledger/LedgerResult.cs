namespace Imagen4.Core.Ledger;

/// <summary>
/// What a request has come to, as the ledger keeps it: what it cost as soon as that is known, and all of it once its images are on disk,
/// so that a later run can hand it on without asking anyone.
/// </summary>
internal sealed record LedgerResult
{
    /// <summary>The images, with the files they are in.</summary>
    public IReadOnlyList<ImagenImage> Images { get; init; } = [];

    /// <summary>The seed the host used.</summary>
    public long? Seed { get; init; }

    /// <summary>The model's own description.</summary>
    public string? Description { get; init; }

    /// <summary>What the host counts for it.</summary>
    public decimal? BillableUnits { get; init; }

    /// <summary>What it cost, where that is known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The currency of that; null for a price of the user's own.</summary>
    public string? Currency { get; init; }

    /// <summary>When its result was read, in UTC.</summary>
    public DateTime? CompletedAt { get; init; }

    /// <summary>Seconds it took. JSON can say more than a number can hold, which none can be written as again.</summary>
    public double? Elapsed { get; init => field = value is { } seconds && double.IsFinite(seconds) ? seconds : null; }

    /// <summary>What the host returned besides.</summary>
    public string? AdditionalOutput { get; init; }

    /// <summary>Keeps what a result says of its images.</summary>
    public static LedgerResult Of(ImagenResult result) => new()
    {
        Images = [.. result.Images],
        Seed = result.Seed,
        Description = result.Description,
        BillableUnits = result.BillableUnits,
        Cost = result.Cost,
        Currency = result.Currency,
        CompletedAt = result.CompletedAt,
        Elapsed = result.Elapsed,
        AdditionalOutput = result.AdditionalOutput,
    };

    /// <summary>Keeps what a request cost, or what the host counts for it where no price is known; null where neither is.</summary>
    public static LedgerResult? OfCost(decimal? units, decimal? cost, string? currency) =>
        cost is null && units is null ? null : new() { BillableUnits = units, Cost = cost, Currency = currency };

    /// <summary>What is kept, with a cost that was not known yet; the same where nothing is new.</summary>
    public static LedgerResult? WithCost(LedgerResult? kept, LedgerResult? told) =>
        told is not null && kept?.Cost is null
            ? (kept ?? new()) with
            {
                BillableUnits = told.BillableUnits ?? kept?.BillableUnits,
                Cost = told.Cost,
                Currency = told.Currency,
            }
            : kept;

    /// <summary>The same with a list of images, and with no image in it that is none: it comes from a file.</summary>
    public LedgerResult Whole() => Images?.All(image => image is not null) == true
        ? this
        : this with { Images = [.. (Images ?? []).Where(image => image is not null)] };

    /// <summary>Puts what is kept on an object users see.</summary>
    public void CopyTo(ImagenResult target)
    {
        target.Images = [.. Images];
        target.Path = Images.Select(image => image.Path).FirstOrDefault(path => path is not null);
        target.Seed = Seed ?? target.Seed;
        (target.Description, target.AdditionalOutput) = (Description, AdditionalOutput);
        (target.BillableUnits, target.Cost, target.Currency, target.Elapsed) = (BillableUnits, Cost, Currency, Elapsed);
        target.CompletedAt = CompletedAt;
    }
}
