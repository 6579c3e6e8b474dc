using System.Text.Json.Serialization;

namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>A file of <see cref="DataAnswer"/>.</summary>
internal sealed record DataImage([property: JsonPropertyName("b64_json")] string Base64);
