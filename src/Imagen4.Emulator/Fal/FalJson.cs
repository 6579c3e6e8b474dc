using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Fal;

/// <summary>How fal writes JSON: snake case, and text as it is rather than escaped.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(QueueStatus))]
[JsonSerializable(typeof(QueueAnswer))]
[JsonSerializable(typeof(InfrastructureError))]
[JsonSerializable(typeof(ModelError))]
internal sealed partial class FalJson : JsonSerializerContext
{
    // Not an initialiser: it could run before that of Default.
    public static FalJson Wire => field ??= new FalJson(PlainText.OptionsOf(Default));
}
