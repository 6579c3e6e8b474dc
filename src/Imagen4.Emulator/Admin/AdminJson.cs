using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Admin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Summary))]
[JsonSerializable(typeof(PeakView))]
[JsonSerializable(typeof(SettingsChange))]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
internal sealed partial class AdminJson : JsonSerializerContext;
