using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Imagen4.Emulator.Http;

/// <summary>A JSON body with its status and headers.</summary>
internal sealed record JsonAnswer(int Status, ReadOnlyMemory<byte> Body) : IResult
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; private init; } = [];

    public static JsonAnswer Of<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public JsonAnswer With(string header, string value) => this with { Headers = [.. Headers, (header, value)] };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.ContentLength = Body.Length;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        return response.BodyWriter.WriteAsync(Body, httpContext.RequestAborted).AsTask();
    }
}

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

/// <summary>JSON with text as it is: only what JSON itself demands is escaped, as the hosts do it.</summary>
internal static class PlainText
{
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static JsonSerializerOptions OptionsOf(JsonSerializerContext context) => new(context.Options) { Encoder = Encoder };
}

/// <summary>
/// Writes JSON just as a client sent it, on one line. Writing it anew would change numbers and escapes, and throws for
/// text that JSON can hold and .NET cannot (lone surrogates).
/// </summary>
internal sealed class AsReceivedConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonElement.ParseValue(ref reader);

    // Line breaks are only ever between tokens: inside strings JSON has them escaped.
    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.GetRawText().Replace('\r', ' ').Replace('\n', ' '), skipInputValidation: true);
}

/// <summary>The address under which the client knows this server: every URL in an answer starts with it.</summary>
internal static class BaseAddress
{
    public static string Of(HttpRequest request) => $"{request.Scheme}://{request.Host}";
}
