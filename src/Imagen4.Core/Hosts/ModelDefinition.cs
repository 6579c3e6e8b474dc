namespace Imagen4.Core.Hosts;

/// <summary>What a model takes: the union of its published schemas.</summary>
public sealed record ModelDefinition
{
    /// <summary>The endpoint id.</summary>
    public required string Id { get; init; }

    /// <summary>The protocol through which this definition holds.</summary>
    public HostProtocol Protocol { get; init; }

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init => field = value ?? []; } = [];
}
