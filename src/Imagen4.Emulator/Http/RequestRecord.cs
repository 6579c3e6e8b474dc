using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Http;

/// <summary>One request that was seen, without secrets.</summary>
internal sealed record RequestRecord(
    DateTime Time,
    string Method,
    string Path,
    string Connection,
    IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The answer's status; null while there is none, and for good when the connection was cut.</summary>
    public int? Status { get; set; }

    /// <summary>The kind of fault that the request met, once it is performed as far as the fault lets it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fault { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<RequestRecord>))]
internal sealed partial class RequestJson : JsonSerializerContext;
