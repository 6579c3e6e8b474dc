namespace Imagen4.Core.Ledger;

/// <summary>A delivered result as the ledger keeps it, so that a later run can hand it on without asking anyone.</summary>
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

    /// <summary>Seconds it took.</summary>
    public double? Elapsed { get; init; }

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
        Elapsed = result.Elapsed,
        AdditionalOutput = result.AdditionalOutput,
    };

    /// <summary>Puts what is kept on an object users see.</summary>
    public void CopyTo(ImagenResult target)
    {
        target.Images = [.. Images];
        target.Path = Images.Select(image => image.Path).FirstOrDefault(path => path is not null);
        target.Seed = Seed ?? target.Seed;
        (target.Description, target.AdditionalOutput) = (Description, AdditionalOutput);
        (target.BillableUnits, target.Cost, target.Elapsed) = (BillableUnits, Cost, Elapsed);
    }
}
