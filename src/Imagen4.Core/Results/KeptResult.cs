using System.Text.Json.Serialization;

namespace Imagen4.Core.Results;

/// <summary>A result as it is kept on this machine.</summary>
internal sealed record KeptResult
{
    public required IReadOnlyList<KeptImage> Images { get; init; }

    /// <summary>The ledger's id of its request: a host's own id may be another host's as well.</summary>
    public string? LedgerId { get; init; }

    public long? Seed { get; init; }

    public string? Description { get; init; }

    public decimal? BillableUnits { get; init; }

    public string? AdditionalOutput { get; init; }
}

/// <summary>An image of a kept result.</summary>
/// <param name="Image">What the host says of it.</param>
/// <param name="File">The name of the file with its bytes, where they came inside the answer.</param>
internal sealed record KeptImage(ImagenImage Image, string? File);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeptResult))]
internal sealed partial class KeptResultJson : JsonSerializerContext;
