using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Faults;

/// <summary>What goes wrong, where and how often.</summary>
/// <param name="Kind">One of <see cref="FaultKinds.Names"/>.</param>
/// <param name="Operation">One of <see cref="FaultTarget.All"/>.</param>
/// <param name="Status">The status of the answer, for kinds that answer.</param>
/// <param name="Body">Text, or any other JSON, which is sent as it is.</param>
/// <param name="Headers">More headers of the answer.</param>
/// <param name="Count">How many calls it hits; -1 hits until it is deleted.</param>
/// <param name="Match">Hits only calls that have this text in their path or their job's prompt.</param>
/// <param name="AfterAccept">The operation is performed first, with all its effects, and then its answer is lost.</param>
internal sealed record FaultRule(
    string Kind,
    string Operation = FaultTarget.Any,
    int? Status = null,
    JsonElement? Body = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    int Count = 1,
    string? Match = null,
    bool AfterAccept = false);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(IReadOnlyList<FaultRule>))]
internal sealed partial class FaultJson : JsonSerializerContext;
