using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Imagen4.Core.Http;

/// <summary>An answer of a host, read whole.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">The response's headers.</param>
/// <param name="ContentType">The media type it claims, without parameters.</param>
/// <param name="Body">The bytes, decoded.</param>
internal sealed record HostResponse(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, ReadOnlyMemory<byte> Body)
{
    // Checked once, on arrival: later readers of the JSON may rely on it.
    private readonly BodyForm _form = JsonCheck.FormOf(Body.Span);

    /// <summary>
    /// The body of an error, or of the answer to a paid POST, with nothing left out: an id may stand anywhere in it. It is searched, and
    /// never parsed whole, which takes ten times its size.
    /// </summary>
    public ReadOnlyMemory<byte> WholeBody { get; init; } = Body;

    /// <summary>Whether the body was decoded: no compression is left.</summary>
    public bool IsDecoded { get; init; } = true;

    /// <summary>Texts of it that were too long to be held in the body; null where there are none.</summary>
    public LongTexts? Texts { get; init; }

    /// <summary>The key that was sent: no header is handed on with it. The body has been freed of it.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Whether the body is meant to be JSON but is malformed, so that its content is unknown.</summary>
    public bool IsMalformed => _form == BodyForm.Malformed || (_form == BodyForm.NotJson && !IsDecoded);

    /// <summary>The body where it is well-formed JSON; empty where it is not.</summary>
    public ReadOnlyMemory<byte> Json => _form == BodyForm.Json ? Body : default;

    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    /// <summary>The first value of a header that is not empty; empty where all are, and null where there is none.</summary>
    public string? Header(string name) => Header(Headers, name, Key);

    /// <summary>The first value of a header that is not empty, without the key; empty where all are, and null where there is none.</summary>
    public static string? Header(HttpResponseHeaders headers, string name, ApiKey? key)
    {
        // A gateway may add a header to one that the host has sent already.
        if (!headers.TryGetValues(name, out var values))
        {
            return null;
        }

        var value = values.FirstOrDefault(value => value.Length > 0) ?? "";
        return key?.Mask(value) ?? value;
    }

    /// <summary>Whether it is an error that comes from the model itself.</summary>
    public bool IsModelError => !IsSuccess && IsTyped;

    /// <summary>
    /// Whether it has the mark of the host's own words about a request: fal has a header or a type for them, or lists details. A gateway
    /// in front of it also says <c>detail</c>, and means that it could not ask.
    /// </summary>
    public bool IsMarked => IsTyped
        || (IsRefusal && Headers.Any(header => header.Key.StartsWith("X-Fal-", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether it is an HTML page: of a proxy, a sign-in or a gateway.</summary>
    public bool IsPage => JsonObject() is null
        && (ContentType == "text/html" || Body.Span.TrimStart(" \t\r\n"u8) is [(byte)'<', ..]);

    private bool IsTyped => Header("X-Fal-Error-Type") is not null
        || (!IsSuccess && Header("X-Fal-Retryable") is not null)
        || (JsonObject() is { } body && HasMark(body));

    // fal's edge puts a header of its own on every answer; a server error with one may be the edge's own.
    private bool IsRefusal => (int)Status is 400 or 422 or 499;

    /// <summary>The body in a certain shape, or null when it does not have it.</summary>
    public T? Read<T>(JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Json.Span, shape);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body as one JSON object; null when it is not one.</summary>
    public JsonElement? JsonObject()
    {
        try
        {
            var root = JsonElement.Parse(Json.Span);
            return root.ValueKind == JsonValueKind.Object ? root : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool HasMark(JsonElement body) =>
        (body.TryGetProperty("error_type", out var type) && type.ValueKind == JsonValueKind.String && !type.ValueEquals(""))
        || (body.TryGetProperty("detail", out var detail)
            && detail.ValueKind == JsonValueKind.Array
            && detail.EnumerateArray().Any(IsDetail));

    private static bool IsDetail(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && (entry.TryGetProperty("msg", out _) || entry.TryGetProperty("type", out _));
}
