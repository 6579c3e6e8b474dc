using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Imagen4.Core.Http;

/// <summary>
/// Leaves out of a large JSON text what stands far behind in its lists and objects: to read it takes ten times its size. A list of
/// images, and what is said of each, is never as long; members that are read are never left out.
/// </summary>
internal static class JsonExcerpt
{
    /// <summary>The largest text, in bytes, of which nothing is left out.</summary>
    public const int LargestWhole = 64 * 1024;

    private const int MostTokens = 10_000;
    private const int MostValues = 1000;

    // Twice as many as images are ever fetched for one row.
    private const int MostContainers = 128;
    private const int FewOfKind = 64;

    // The one list whose end counts: a host adds new lines behind the others.
    private const string Logs = "logs";

    // There are far fewer names: more members than these repeat them.
    private const int MostRead = 128;

    // In bytes, of what is only handed on: a result keeps it as long as it is there.
    private const int MostUnread = 256 * 1024;

    // As deep as the runtime reads JSON where nothing else is said.
    private const int DeepestLevel = 64;

    /// <summary>How many lines of a log are kept: the last.</summary>
    public const int MostLogLines = 1000;

    /// <summary>The members that are read of results, whatever the host calls the rest.</summary>
    public static FrozenSet<string> Read { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "images", "image", "data", "output", "choices", "url", "b64_json", "image_base64", "content_type", "file_name", "file_size", "width",
        "height", "seed", "description", "usage", "meta", "credits_used", "total_tokens", "status", "error", "error_type", "detail",
        "message", "msg", "type", "code", "param", "request_id", "requestId", "gateway_request_id", "inference_id", "generation_id",
        "status_url", "response_url", "cancel_url", "statusCode", "logs", "metrics", "inference_time", "queue_position");

    /// <summary>
    /// The text without the members and elements that are left out, and with a member that counts them; as it was where nothing is left
    /// out, or where it is not well-formed.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <param name="longestText">How many bytes of each JSON text in it are kept, as they are written.</param>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> json, int longestText = int.MaxValue)
    {
        var kept = new ArrayBufferWriter<byte>(LargestWhole);
        try
        {
            var (from, end, leftOut, isEmpty) = Copy(json.Span, longestText, kept);
            if (leftOut == 0)
            {
                return json;
            }

            // Only an object has a place for it: a list may be one of images.
            kept.Write(json.Span[from..end]);
            kept.Write(json.Span[end] == (byte)'}'
                ? Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(isEmpty ? "" : ",")}\"[excerpt]\":\"left out: {leftOut}\""))
                : []);
            kept.Write(json.Span[end..]);
            return kept.WrittenMemory;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return json;
        }
    }

    // What is left out ends where the next piece begins, so that the comma before it goes too; the comma behind it goes where nothing is
    // kept before it. Values and containers are counted apart: many numbers do not push out what comes behind them.
    private static (int From, int End, int LeftOut, bool IsEmpty) Copy(ReadOnlySpan<byte> json, int longestText, ArrayBufferWriter<byte> kept)
    {
        var reader = new Utf8JsonReader(json);
        Span<Count> counts = stackalloc Count[DeepestLevel];

        // For each level, whether its container is read: an element of a list is what the list is.
        Span<bool> readLevels = stackalloc bool[DeepestLevel];
        var (from, end, last, tokens, leftOut, unread) = (0, 0, 0, 0, 0, 0);
        var isAfterGap = false;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var (isRead, isLog) = (false, false);
            var isOfRead = reader.CurrentDepth == 0 || readLevels[reader.CurrentDepth - 1];
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isRead = isOfRead = IsRead(ref reader);
                isLog = reader.CurrentDepth == 1 && reader.ValueTextEquals(Logs);
                _ = reader.Read();
            }

            var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray) && reader.CurrentDepth > 0)
            {
                ref var count = ref counts[reader.CurrentDepth - 1];
                var number = isRead ? ++count.Read : isContainer ? ++count.Containers : ++count.Values;
                var most = isRead ? MostRead : count.IsLog ? int.MaxValue
                    : tokens >= MostTokens ? FewOfKind : isContainer ? MostContainers : MostValues;
                if (number > most || count.Early-- > 0 || (unread > MostUnread && !isOfRead))
                {
                    reader.Skip();
                    kept.Write(json[from..end]);
                    from = end = (int)reader.BytesConsumed;
                    isAfterGap = true;
                    leftOut++;
                    continue;
                }

                from = isAfterGap && !count.HasKept ? start : from;
                count.HasKept = true;
                tokens++;
                unread += isOfRead ? 0 : (int)reader.BytesConsumed - end;
            }

            isAfterGap = false;
            if (isContainer)
            {
                counts[reader.CurrentDepth] = isLog && reader.TokenType == JsonTokenType.StartArray ? OfLog(reader) : default;
                readLevels[reader.CurrentDepth] = isOfRead;
            }

            last = (int)reader.TokenStartIndex;
            end = (int)reader.BytesConsumed;
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > longestText)
            {
                kept.Write(json[from..(last + 1)]);
                kept.Write(reader.ValueSpan[..Whole(reader.ValueSpan, longestText)]);
                kept.Write("\""u8);
                from = end;
                leftOut++;
            }
        }

        // Before the bracket that ends all of it.
        return (from, last, leftOut, !counts[0].HasKept);
    }

    // Neither a character nor an escape is divided, nor the two escapes of one character.
    private static int Whole(ReadOnlySpan<byte> text, int most)
    {
        var at = 0;
        while (at < most)
        {
            var length = text[at..] switch
            {
                [(byte)'\\', (byte)'u', (byte)'d' or (byte)'D', (>= (byte)'8' and <= (byte)'9') or (byte)'a' or (byte)'A' or (byte)'b' or (byte)'B', ..] => 12,
                [(byte)'\\', (byte)'u', ..] => 6,
                [(byte)'\\', ..] => 2,
                _ => 1,
            };
            if (at + length > most)
            {
                break;
            }

            at += length;
        }

        while (at > 0 && (text[at] & 0xC0) == 0x80)
        {
            at--;
        }

        return at;
    }

    private static Count OfLog(Utf8JsonReader list)
    {
        var lines = 0;
        for (var depth = list.CurrentDepth; list.Read() && list.CurrentDepth > depth; lines++)
        {
            list.Skip();
        }

        return new Count { IsLog = true, Early = lines - MostLogLines };
    }

    // Of what stands in a container.
    private struct Count
    {
        public bool IsLog;

        // How many come before those that are kept.
        public int Early;
        public int Values;
        public int Containers;
        public int Read;
        public bool HasKept;
    }

    private static bool IsRead(ref Utf8JsonReader name)
    {
        const int longest = 32;
        return name.ValueSpan.Length <= longest && Read.Contains(name.GetString()!);
    }
}
