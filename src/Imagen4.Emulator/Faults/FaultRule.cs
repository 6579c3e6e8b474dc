using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Faults;

/// <summary>What goes wrong, where and how often.</summary>
internal sealed record FaultRule : FaultEffect
{
    /// <summary>One of <see cref="FaultTarget.All"/>; any when it is null.</summary>
    public string? Operation { get; init; }

    /// <summary>One of <see cref="Queue.HostName.All"/>: hits only calls to that host, and to the files of its jobs.</summary>
    public string? Host { get; init; }

    /// <summary>Hits only calls that have this text in their path or their job's prompt.</summary>
    public string? Match { get; init; }

    /// <summary>How many fitting calls are let through first.</summary>
    public int? After { get; init; }

    /// <summary>How many calls it hits; -1 hits until it is deleted.</summary>
    public int? Count { get; init; }

    /// <summary>How many calls about one request it hits, one after the other; then it lets one through. No limit when it is null.</summary>
    public int? InARow { get; init; }

    /// <summary>The share of the calls that it hits, from 0 to 1; all when it is null.</summary>
    public double? Probability { get; init; }

    /// <summary>What the choice of calls and of <see cref="Kinds"/> is drawn from: the same seed, the same choice.</summary>
    public long? Seed { get; init; }

    /// <summary>Instead of one kind, several of which each call gets one: their names, or objects of the members of an effect.</summary>
    public IReadOnlyList<JsonElement>? Kinds { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FaultEffect))]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(IReadOnlyList<FaultRule>))]
internal sealed partial class FaultJson : JsonSerializerContext;
