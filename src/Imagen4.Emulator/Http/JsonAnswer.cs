using System.Text.Json;
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
