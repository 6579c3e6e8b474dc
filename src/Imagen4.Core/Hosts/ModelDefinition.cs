using System.Text.Json.Serialization;

namespace Imagen4.Core.Hosts;

/// <summary>What a model takes: the union of its published schemas.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ModelDefinition
{
    /// <summary>The endpoint ids with this definition.</summary>
    public IReadOnlyList<string> Ids { get; init => field = value ?? []; } = [];

    /// <summary>The protocols through which this definition holds.</summary>
    public IReadOnlyList<HostProtocol> Protocols { get; init => field = value ?? []; } = [];

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init => field = value ?? []; } = [];

    /// <summary>Whether this is the definition of a model as reached through a protocol.</summary>
    public bool IsFor(HostProtocol protocol, string id) => Protocols.Contains(protocol) && Ids.Contains(id);
}
