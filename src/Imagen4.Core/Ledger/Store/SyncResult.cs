using System.Text.Json.Serialization;

namespace Imagen4.Core.Ledger.Store;

/// <summary>A result as the ledger keeps it.</summary>
/// <param name="Description">What it says, as JSON: a <see cref="SyncResultDescription"/>.</param>
/// <param name="Images">The bytes of the images that came inside it, by their number.</param>
internal sealed record SyncResult(byte[] Description, IReadOnlyList<(int Number, LateBytes Bytes)> Images);

/// <summary>What a kept result says.</summary>
internal sealed record SyncResultDescription
{
    public required IReadOnlyList<SyncResultImage> Images { get; init; }

    public long? Seed { get; init; }

    public string? Description { get; init; }

    public decimal? BillableUnits { get; init; }

    public string? AdditionalOutput { get; init; }
}

/// <summary>An image of a kept result.</summary>
/// <param name="Image">What the host says of it.</param>
/// <param name="Digest">The SHA-256 of its bytes, where they came inside the answer.</param>
internal sealed record SyncResultImage(ImagenImage Image, string? Digest)
{
    /// <summary>True where its bytes are the text of the answer, because no image could be decoded from it.</summary>
    public bool? IsText { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SyncResultDescription))]
internal sealed partial class SyncResultJson : JsonSerializerContext;
