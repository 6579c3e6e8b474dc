using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Hosts;

/// <summary>The hosts and models that come with the module, from <c>hosts.json</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record HostData
{
    private static readonly Lazy<HostData> Shipped = new(Load);

    /// <summary>The data that comes with the module, read on first use.</summary>
    public static HostData BuiltIn => Shipped.Value;

    public IReadOnlyList<ProviderProfile> Providers { get; init => field = value ?? []; } = [];

    public IReadOnlyList<ModelDefinition> Models { get; init => field = value ?? []; } = [];

    private static HostData Load()
    {
        using var stream = typeof(HostData).Assembly.GetManifestResourceStream("hosts.json")!;
        return JsonSerializer.Deserialize(stream, HostDataJson.Default.HostData)!;
    }
}
