using System.Text.Json.Serialization;

namespace Imagen4.Core.Protocols.Fal.Storage;

/// <summary>What is said of a file before it goes up.</summary>
internal sealed record UploadQuestion
{
    public required string ContentType { get; init; }

    public required string FileName { get; init; }
}

/// <summary>Where it goes, and where it will be.</summary>
internal sealed record UploadPlace
{
    public string? UploadUrl { get; init; }

    public string? FileUrl { get; init; }
}

/// <summary>What the storage says of a part that it has.</summary>
internal sealed record PartAnswer
{
    public string? Etag { get; init; }
}

/// <summary>A part that has gone up.</summary>
/// <param name="PartNumber">Its number, from 1.</param>
/// <param name="Etag">What the storage calls it.</param>
internal sealed record UploadedPart(
    [property: JsonPropertyName("partNumber")] int PartNumber, [property: JsonPropertyName("etag")] string Etag);

/// <summary>All parts, in their order.</summary>
internal sealed record PartList(IReadOnlyList<UploadedPart> Parts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UploadQuestion))]
[JsonSerializable(typeof(UploadPlace))]
[JsonSerializable(typeof(PartAnswer))]
[JsonSerializable(typeof(PartList))]
internal sealed partial class StorageJson : JsonSerializerContext;
