using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>Reads single members of an answer whose form is unknown.</summary>
internal static class AnswerWords
{
    /// <summary>The word under a name, in capitals: hosts write their states in any case. Null where there is none.</summary>
    public static string? Word(this HostResponse response, string name) =>
        response.JsonObject() is { } body && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? JsonText.Text(value).ToUpperInvariant()
            : null;

    /// <summary>The first of these members that says something: a text, or JSON with something in it.</summary>
    public static string? Words(this HostResponse response, params ReadOnlySpan<string> names)
    {
        if (response.JsonObject() is not { } body)
        {
            return null;
        }

        foreach (var name in names)
        {
            if (body.TryGetProperty(name, out var value) && Says(value))
            {
                return JsonText.Text(value);
            }
        }

        return null;
    }

    private static bool Says(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => !value.ValueEquals(""),
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => false,
    };
}
