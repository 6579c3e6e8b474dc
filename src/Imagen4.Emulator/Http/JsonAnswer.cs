using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Imagen4.Emulator.Http;

/// <summary>A JSON body with its status and headers.</summary>
internal sealed class JsonAnswer(int status, ReadOnlyMemory<byte> body) : IResult
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static JsonAnswer Of<T>(int status, T value, JsonTypeInfo<T> type) => new(status, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        return response.BodyWriter.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
