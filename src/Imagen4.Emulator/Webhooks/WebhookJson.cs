using System.Text.Json.Serialization;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Webhooks;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KeySet))]
[JsonSerializable(typeof(IReadOnlyList<WebhookView>))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    public static WebhookJson Wire => field ??= new WebhookJson(PlainText.OptionsOf(Default));
}
