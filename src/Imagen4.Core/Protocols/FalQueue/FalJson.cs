using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>), typeof(TolerantNumber<long>), typeof(TolerantNumber<double>)])]
[JsonSerializable(typeof(FalSubmitAnswer))]
[JsonSerializable(typeof(FalStatusAnswer))]
[JsonSerializable(typeof(FalResultAnswer))]
[JsonSerializable(typeof(FalErrorAnswer))]
internal sealed partial class FalJson : JsonSerializerContext
{
    /// <summary>Reads an answer, or nothing where it does not have that shape.</summary>
    public static T? TryRead<T>(HostResponse response, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(response.Body.Span, shape);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
