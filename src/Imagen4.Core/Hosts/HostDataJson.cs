using System.Text.Json.Serialization;

namespace Imagen4.Core.Hosts;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostData))]
[JsonSerializable(typeof(Settings.UserSettings))]
internal sealed partial class HostDataJson : JsonSerializerContext;
