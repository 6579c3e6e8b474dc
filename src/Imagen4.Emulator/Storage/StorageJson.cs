using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Storage;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InitiateQuestion))]
[JsonSerializable(typeof(InitiateAnswer))]
[JsonSerializable(typeof(PartReference))]
[JsonSerializable(typeof(CompleteQuestion))]
[JsonSerializable(typeof(IReadOnlyList<UploadView>))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    public static StorageJson Wire => field ??= new StorageJson(PlainText.OptionsOf(Default));
}

/// <summary>What a client says of a file before it sends it.</summary>
internal sealed record InitiateQuestion(string? ContentType, string? FileName);

/// <summary>Where the bytes go, and where they will be.</summary>
internal sealed record InitiateAnswer(string UploadUrl, string FileUrl);

/// <summary>A part, by what the storage called it.</summary>
internal sealed record PartReference(
    [property: JsonPropertyName("partNumber")] int PartNumber, [property: JsonPropertyName("etag")] string? Etag);

/// <summary>The parts of a file, in order.</summary>
internal sealed record CompleteQuestion(IReadOnlyList<PartReference>? Parts);

/// <summary>One upload as tests see it. Until it is whole it has no size and no hash.</summary>
internal sealed record UploadView(
    string Id, string FileName, string ContentType, long? Size, string? Sha256, int Parts, string Url, string? ObjectLifecycle, DateTime BegunAt)
{
    public static UploadView Of(Upload upload, string baseAddress) => new(
        upload.Id,
        upload.Name,
        upload.ContentType,
        upload.Content?.Length,
        upload.Content?.Sha256,
        upload.Parts,
        StorageUrl.OfFile(baseAddress, upload),
        upload.ObjectLifecycle,
        upload.BegunAt);
}
