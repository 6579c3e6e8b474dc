using System.Text.Json.Serialization;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Hosts;

/// <summary>What a model takes under one name.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InputDefinition
{
    /// <summary>The API's own spelling.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the model refuses a request without it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether the newest published schema of the model no longer lists it.</summary>
    public bool Superseded { get; init; }

    /// <summary>The only texts it takes, or none for any text.</summary>
    public IReadOnlyList<string> Choices { get; init => field = value ?? []; } = [];

    /// <summary>What it has to be, for an input that has no parameter of its own.</summary>
    public InputKind Kind { get; init; }

    /// <summary>The longest text it takes, in characters.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>The smallest number it takes.</summary>
    public long? Minimum { get; init; }

    /// <summary>The largest number it takes.</summary>
    public long? Maximum { get; init; }
}
