using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Input;

namespace Imagen4.Core.Providers;

/// <summary>The hosts and models that come with the module, from <c>hosts.json</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record HostData
{
    private static readonly Lazy<HostData> Shipped = new(Load);

    /// <summary>The data that comes with the module, read on first use.</summary>
    public static HostData BuiltIn => Shipped.Value;

    public IReadOnlyList<ProviderProfile> Providers { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ModelDefinition> Models { get; init => field = value ?? []; } = [];

    public IReadOnlyList<PriceRule> Prices { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ModelRetirement> Retirements { get; init => field = value ?? []; } = [];

    private static HostData Load()
    {
        using var stream = typeof(HostData).Assembly.GetManifestResourceStream("hosts.json")!;
        return JsonSerializer.Deserialize(stream, HostDataJson.Default.HostData)!;
    }
}

/// <summary>What a model takes: the union of its published schemas.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ModelDefinition
{
    /// <summary>The endpoint ids with this definition.</summary>
    public IReadOnlyList<string> Ids { get; init => field = value ?? []; } = [];

    /// <summary>The protocols through which this definition holds.</summary>
    public IReadOnlyList<HostProtocol> Protocols { get; init => field = value ?? []; } = [];

    /// <summary>What it makes out of what, in the host's words: <c>text-to-image</c>.</summary>
    public string? Category { get; init; }

    /// <summary>Where the definition was taken from.</summary>
    public string? Source { get; init; }

    /// <summary>When the host was asked for it; null for a definition that is not the host's own.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init => field = value ?? []; } = [];

    /// <summary>The input that takes the images a row is made from: a list of addresses, else one; null where there is none.</summary>
    public InputDefinition? ImageInput =>
        Inputs.FirstOrDefault(input => input is { Name: "image_urls", Kind: InputKind.TextList })
        ?? Inputs.FirstOrDefault(input => input is { Name: "image_url", Kind: null or InputKind.Text });

    /// <summary>Whether this is the definition of a model as reached through a protocol.</summary>
    public bool IsFor(HostProtocol protocol, string id) => Protocols.Contains(protocol) && Ids.Contains(id);
}

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

    /// <summary>What it has to be, for an input that has no parameter of its own; null for anything.</summary>
    public InputKind? Kind { get; init; }

    /// <summary>What the host takes where nothing is given, as text; null where it does not say.</summary>
    public string? Default { get; init; }

    /// <summary>The longest text it takes, in characters.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>The smallest number it takes.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>The largest number it takes.</summary>
    public decimal? Maximum { get; init; }

    /// <summary>The longest list it takes.</summary>
    public int? MaximumItems { get; init; }

    /// <summary>Whether it takes a file as a data URI, so that hosts without storage can be sent small ones.</summary>
    public bool DataUris { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostData))]
[JsonSerializable(typeof(UserSettings))]
[JsonSerializable(typeof(CachedModel))]
[JsonSerializable(typeof(KeptPrices))]
internal sealed partial class HostDataJson : JsonSerializerContext;
