using System.Buffers;
using System.Text.Json;

namespace Imagen4.Core.Http;

/// <summary>
/// Leaves out of a large JSON text what stands far behind in its lists and objects: to read it takes ten times its size. A list of
/// images, and what is said of each, is never as long.
/// </summary>
internal static class JsonExcerpt
{
    private const int LargestWhole = 64 * 1024;
    private const int MostTokens = 50_000;
    private const int MostOfKind = 1000;
    private const int FewOfKind = 64;

    // As deep as the runtime reads JSON where nothing else is said.
    private const int DeepestLevel = 64;

    /// <summary>The text without the members and elements that are left out; as it was where it is small, or not well-formed.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json)
    {
        if (json.Length <= LargestWhole)
        {
            return json;
        }

        var kept = new ArrayBufferWriter<byte>(4096);
        try
        {
            var from = Copy(json.Span, kept);
            if (from == 0)
            {
                return json;
            }

            kept.Write(json.Span[from..]);
            return kept.WrittenMemory;
        }
        catch (JsonException)
        {
            return json;
        }
    }

    // What is left out ends where the next piece begins, so that the comma before it goes too. Values and containers are counted apart:
    // many numbers do not push out what comes behind them.
    private static int Copy(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> kept)
    {
        var reader = new Utf8JsonReader(json);
        Span<(int Values, int Containers)> counts = stackalloc (int, int)[DeepestLevel];
        var (from, end, tokens) = (0, 0, 0);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                _ = reader.Read();
            }

            var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray) && reader.CurrentDepth > 0)
            {
                ref var count = ref counts[reader.CurrentDepth - 1];
                var number = isContainer ? ++count.Containers : ++count.Values;
                if (number > (tokens < MostTokens ? MostOfKind : FewOfKind))
                {
                    reader.Skip();
                    kept.Write(json[from..end]);
                    from = end = (int)reader.BytesConsumed;
                    continue;
                }

                tokens++;
            }

            if (isContainer)
            {
                counts[reader.CurrentDepth] = default;
            }

            end = (int)reader.BytesConsumed;
        }

        return from;
    }
}
