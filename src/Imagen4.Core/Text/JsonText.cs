using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Text;

/// <summary>Carries JSON on that a host wrote and nobody here needs to understand.</summary>
internal static class JsonText
{
    // Of all members together, in bytes: whoever keeps the results of a batch keeps this of every row.
    private const int Most = 64 * 1024;

    /// <summary>
    /// Writes members as the host wrote them; characters that a terminal acts upon are written as escapes. Where they are too many or too
    /// large, the smallest are written, and a text in the place of others says how large they are.
    /// </summary>
    public static string Write(IReadOnlyDictionary<string, JsonElement> members)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            WriteMembers(writer, members);
            writer.WriteEndObject();
        }

        return Escaped(Encoding.UTF8.GetString(text.WrittenSpan));
    }

    private static void WriteMembers(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> members)
    {
        var isAll = members.Sum(member => (long)SizeOf(member)) <= Most;
        var (left, leftOut) = (Most, 0L);
        foreach (var member in isAll ? members.AsEnumerable() : members.OrderBy(SizeOf))
        {
            var size = SizeOf(member);
            if (size <= left)
            {
                left -= size;
                writer.WritePropertyName(member.Key);
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
            }
            else if (member.Key.Length < left)
            {
                left -= member.Key.Length;
                writer.WriteString(member.Key, Missing(size));
            }
            else
            {
                leftOut += size;
            }
        }

        if (leftOut > 0)
        {
            writer.WriteString("...", Missing(leftOut));
        }
    }

    private static int SizeOf(KeyValuePair<string, JsonElement> member) =>
        member.Key.Length + JsonMarshal.GetRawUtf8Value(member.Value).Length;

    private static string Missing(long bytes) => string.Create(CultureInfo.InvariantCulture, $"[{bytes} bytes]");

    // Outside of texts there are none: what is escaped means the same.
    private static string Escaped(string json)
    {
        var from = json.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (from < 0)
        {
            return json;
        }

        var escaped = new StringBuilder(json, 0, from, json.Length + 16);
        foreach (var rune in json.AsSpan(from).EnumerateRunes())
        {
            if (rune.Value is not ('\n' or '\r' or '\t') && PlainText.Steers(rune))
            {
                foreach (var unit in rune.ToString())
                {
                    _ = escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }
            else
            {
                _ = escaped.Append(rune.ToString());
            }
        }

        return escaped.ToString();
    }

    /// <summary>The text of an element; its JSON where it has an escape that no text can hold.</summary>
    public static string Text(JsonElement element)
    {
        try
        {
            return element.ToString();
        }
        catch (InvalidOperationException)
        {
            // Not GetRawText, which throws where the bytes are no UTF-8.
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element));
        }
    }

    /// <summary>Whether two elements are the same, whatever order their members have; their bytes decide where one has an escape that no
    /// text can hold.</summary>
    public static bool AreEqual(JsonElement one, JsonElement other)
    {
        try
        {
            return JsonElement.DeepEquals(one, other);
        }
        catch (InvalidOperationException)
        {
            return JsonMarshal.GetRawUtf8Value(one).SequenceEqual(JsonMarshal.GetRawUtf8Value(other));
        }
    }
}
