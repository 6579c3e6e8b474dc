using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Admin;

/// <summary>What the queue is like now.</summary>
internal sealed record Summary(int Running, int Waiting, int Bills, int Slots, double GenerationTime);

/// <summary>The most there was of each at one time.</summary>
internal sealed record PeakView(int Running, int Waiting, int Connections);

/// <summary>New settings; what is null stays.</summary>
internal sealed record SettingsChange(int? Slots = null, double? GenerationTime = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Summary))]
[JsonSerializable(typeof(PeakView))]
[JsonSerializable(typeof(SettingsChange))]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
internal sealed partial class AdminJson : JsonSerializerContext;
