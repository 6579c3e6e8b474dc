using System.Text.Json.Serialization;

namespace Imagen4.Emulator.Http;

/// <summary><c>{"detail":"…"}</c>: the plain form of an error, of fal and of the emulator's own endpoints.</summary>
internal sealed record ErrorText(string Detail)
{
    public static JsonAnswer Answer(int status, string text) => JsonAnswer.Of(status, new ErrorText(text), ErrorTextJson.Wire.ErrorText);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorText))]
internal sealed partial class ErrorTextJson : JsonSerializerContext
{
    public static ErrorTextJson Wire => field ??= new ErrorTextJson(PlainText.OptionsOf(Default));
}
