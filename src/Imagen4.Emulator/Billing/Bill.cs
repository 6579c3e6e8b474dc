using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Billing;

/// <summary>One accepted POST: what a client would have paid for.</summary>
internal sealed record Bill(
    DateTime Time,
    string RequestId,
    string Model,
    int Images,
    string KeyHash,
    [property: JsonConverter(typeof(AsReceivedConverter))] JsonElement Input);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Bill))]
internal sealed partial class BillJson : JsonSerializerContext;
