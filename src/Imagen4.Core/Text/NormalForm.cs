using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imagen4.Core.Text;

/// <summary>
/// One way to write what can be written in several: only for telling rows apart. What is sent stays as the user wrote it.
/// </summary>
internal static class NormalForm
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What some editors write before a text, and is none of it.
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Text without blanks or a byte order mark around it, its characters composed (NFC), its line breaks as line feeds.</summary>
    public static string Text(string text)
    {
        var trimmed = text.ReplaceLineEndings("\n").Trim().Trim(ByteOrderMark).Trim();

        // Half a character has no normal form; such a text is refused before it is sent.
        return PlainText.IsWhole(trimmed) ? trimmed.Normalize(NormalizationForm.FormC) : trimmed;
    }

    /// <summary>JSON with the members in the order of their names, each text and each number in its normal form.</summary>
    public static string Json(JsonNode? node)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Plain))
        {
            Write(writer, node);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>
    /// A number of JSON by its value, exactly: 3.5, 3.50 and 35e-1 are one, and two that only a double takes for the same are two.
    /// </summary>
    public static string Number(string json)
    {
        var isNegative = json.StartsWith('-');
        var mantissaEnd = json.AsSpan().IndexOfAny('e', 'E');
        var mantissa = json[(isNegative ? 1 : 0)..(mantissaEnd < 0 ? json.Length : mantissaEnd)];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        if (digits.Length == 0)
        {
            return "0";
        }

        // Not as a machine number: nothing keeps an exponent from being larger than those.
        var exponent = mantissaEnd < 0
            ? BigInteger.Zero
            : BigInteger.Parse(json.AsSpan(mantissaEnd + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        var significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        return string.Create(CultureInfo.InvariantCulture,
            $"{(isNegative ? "-" : "")}{significant}{(exponent.IsZero ? "" : $"e{exponent}")}");
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                writer.WriteStartObject();
                foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                writer.WriteStringValue(Text(value.GetValue<string>()));
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                writer.WriteRawValue(Number(value.ToJsonString()));
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
