using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(TolerantText), typeof(TolerantNumber<int>), typeof(TolerantNumber<long>), typeof(TolerantNumber<double>)])]
[JsonSerializable(typeof(FalSubmitAnswer))]
[JsonSerializable(typeof(FalStatusAnswer))]
[JsonSerializable(typeof(FalResultAnswer))]
[JsonSerializable(typeof(FalErrorAnswer))]
[JsonSerializable(typeof(FalLogEntry))]
[JsonSerializable(typeof(FalFile))]
internal sealed partial class FalJson : JsonSerializerContext;

/// <summary>Reads a number, as a number or as text; whatever is not exactly one is nothing, and no error.</summary>
/// <typeparam name="T">The kind of number.</typeparam>
internal sealed class TolerantNumber<T> : JsonConverter<T?>
    where T : struct, INumber<T>
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            var text = Encoding.UTF8.GetString(reader.ValueSpan);
            return T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number) ? number : null;
        }

        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, T? value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>
/// Reads a text, and whatever else stands in its place as its JSON: an odd member must not cost the answer around it,
/// which may name a request that has been paid for.
/// </summary>
internal class TolerantText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Raw(ref reader) is { } text ? Shown(text) : null;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    /// <summary>The text as it is handed on.</summary>
    protected virtual string Shown(string text) => text;

    private static string? Raw(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            using var value = JsonDocument.ParseValue(ref reader);
            return value.RootElement.GetRawText();
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape for half a character, which no text can hold.
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}

/// <summary>
/// Reads a list of objects, for the same reason: what is no object is left out of it. What is no list is none, and so is one that has
/// something in it, and no object: what stands there was paid for, and is not nothing.
/// </summary>
/// <typeparam name="T">What an object is.</typeparam>
/// <param name="most">How many are read: the last of more.</param>
internal abstract class TolerantList<T>(int most = int.MaxValue) : JsonConverter<IReadOnlyList<T>>
    where T : class
{
    protected abstract JsonTypeInfo<T> Element { get; }

    public override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        var objects = new Queue<T>();
        var isEmpty = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            isEmpty = false;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
            }
            else if (JsonSerializer.Deserialize(ref reader, Element) is { } one)
            {
                if (objects.Count == most)
                {
                    _ = objects.Dequeue();
                }

                objects.Enqueue(one);
            }
        }

        return isEmpty || objects.Count > 0 ? [.. objects] : null;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}

/// <summary>Reads the lines of a log.</summary>
internal sealed class LogLines() : TolerantList<FalLogEntry>(JsonExcerpt.MostLogLines)
{
    protected override JsonTypeInfo<FalLogEntry> Element => FalJson.Default.FalLogEntry;
}

/// <summary>Reads the files of a result.</summary>
internal sealed class FalFiles : TolerantList<FalFile>
{
    protected override JsonTypeInfo<FalFile> Element => FalJson.Default.FalFile;
}

/// <summary>A word that a host shows to people (a type, a level, a file's name): 60 characters that no terminal acts upon.</summary>
internal sealed class HostWord : TolerantText
{
    protected override string Shown(string text) => PlainText.Brief(text);
}

/// <summary>What a host has written for people: at most 8,000 characters that no terminal acts upon. Lines stay lines.</summary>
internal sealed class HostProse : TolerantText
{
    private const int Longest = 8000;

    protected override string Shown(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= Longest)
            {
                return clean.Append('…').ToString();
            }

            // Joiners are part of emoji and of words in some scripts.
            var isPlain = rune.Value is '\n' or '\r' or '\t' or '\u200C' or '\u200D' || !PlainText.Steers(rune);
            _ = clean.Append(isPlain ? rune.ToString() : " ");
        }

        return clean.ToString();
    }
}
