using System.Text.Json;
using System.Text.Unicode;

namespace Imagen4.Core.Http;

/// <summary>
/// Checks JSON before it is read. The runtime's reader accepts bytes that are not UTF-8, and names with half
/// a character in them, and throws only where such a text is first read.
/// </summary>
internal static class JsonCheck
{
    /// <summary>What a body is.</summary>
    public static BodyForm FormOf(ReadOnlySpan<byte> body) =>
        IsWellFormed(body) ? BodyForm.Json
            : body.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] ? BodyForm.Malformed
            : BodyForm.NotJson;

    /// <summary>Whether JSON has more tokens than a number, as far as it is JSON.</summary>
    public static bool HasMoreTokens(ReadOnlySpan<byte> json, int most)
    {
        // Every token takes at least a byte.
        if (json.Length <= most)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            while (most >= 0 && reader.Read())
            {
                most--;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return most < 0;
    }

    /// <summary>
    /// Whether every text of it can be read. A value with half a character is let through: its readers show it as it was written, and
    /// it must not cost the answer around it.
    /// </summary>
    /// <param name="json">The JSON.</param>
    /// <param name="inValues">Whether half a character is refused in values, too.</param>
    public static bool IsWellFormed(ReadOnlySpan<byte> json, bool inValues = false)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.ValueIsEscaped && (inValues || reader.TokenType == JsonTokenType.PropertyName))
                {
                    _ = reader.GetString();
                }
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
