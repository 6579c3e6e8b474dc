using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Platform;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PriceList))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(PlatformError))]
internal sealed partial class PlatformJson : JsonSerializerContext
{
    public static PlatformJson Wire => field ??= new PlatformJson(PlainText.OptionsOf(Default));
}
