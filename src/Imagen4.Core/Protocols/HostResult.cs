using Imagen4.Core.Media;

namespace Imagen4.Core.Protocols;

/// <summary>What a request has come to.</summary>
internal sealed record HostResult
{
    /// <summary>Every image, as the host describes it; nothing is saved yet.</summary>
    public required IReadOnlyList<HostImage> Images { get; init; }

    /// <summary>The seed the model used, where it says so.</summary>
    public long? Seed { get; init; }

    /// <summary>The model's own description.</summary>
    public string? Description { get; init; }

    /// <summary>What the request cost, in the host's own unit, where it says so.</summary>
    public decimal? BillableUnits { get; init; }

    /// <summary>What the host returned besides, as JSON text.</summary>
    public string? AdditionalOutput { get; init; }

    /// <summary>Puts the result on an object users see.</summary>
    public void CopyTo(ImagenResult target)
    {
        target.State = ImagenStates.Completed;
        target.Images = [.. Images.Select(image => image.Image)];
        target.Seed = Seed ?? target.Seed;
        target.Description = Description;
        target.BillableUnits = BillableUnits;
        target.AdditionalOutput = AdditionalOutput;
    }
}
