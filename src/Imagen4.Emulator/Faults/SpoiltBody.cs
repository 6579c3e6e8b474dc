using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Imagen4.Emulator.Faults;

/// <summary>
/// What can be wrong with the bytes of a body. Of JSON, alone or in an event, the JSON is spoilt; of anything else, the beginning.
/// </summary>
internal static class SpoiltBody
{
    // Far deeper than any reader goes by default.
    private const int Depth = 1000;

    public static ReadOnlyMemory<byte> WithByteOrderMark(ReadOnlyMemory<byte> body) => Join(Encoding.UTF8.Preamble, body.Span);

    public static ReadOnlyMemory<byte> Compressed(HttpResponse response, ReadOnlyMemory<byte> body)
    {
        response.Headers.ContentEncoding = "gzip";
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(body.Span);
        }

        return compressed.ToArray();
    }

    /// <summary>Adds a member that is a list in a list in a list, and so on.</summary>
    public static ReadOnlyMemory<byte> Deep(HttpResponse response, ReadOnlyMemory<byte> body)
    {
        var nested = $"\"note\":{new string('[', Depth)}{new string(']', Depth)}";
        return InJson(response, body, json => WithMember(json, Encoding.ASCII.GetBytes(nested)))
            ?? Join(Encoding.ASCII.GetBytes(nested), body.Span);
    }

    /// <summary>Puts bytes into the texts of a body.</summary>
    /// <param name="response">What the body belongs to.</param>
    /// <param name="body">The body.</param>
    /// <param name="place">One of <see cref="TextPlace"/>.</param>
    /// <param name="text">The bytes.</param>
    public static ReadOnlyMemory<byte> WithText(HttpResponse response, ReadOnlyMemory<byte> body, string place, byte[] text) =>
        InJson(response, body, json => place switch
        {
            TextPlace.Member => WithMember(json, [.. "\"note\":\""u8, .. text, (byte)'"']),
            TextPlace.Name => WithMember(json, [(byte)'"', .. text, .. "\":\"note\""u8]),
            TextPlace.Address =>
                InTexts(json, text, token => token.StartsWith("http://"u8) || token.StartsWith("https://"u8)
                    ? token.IndexOf("//"u8) + 2
                    : -1),
            _ => InTexts(json, text, token => token.Length),
        }) ?? Join(text, body.Span);

    private static ReadOnlyMemory<byte>? InJson(HttpResponse response, ReadOnlyMemory<byte> body, Func<ReadOnlyMemory<byte>, byte[]> spoil)
    {
        var type = response.ContentType ?? "";
        var (start, end) = (body.Span.IndexOf((byte)'{'), body.Span.LastIndexOf((byte)'}') + 1);
        if (!(type.Contains("json", StringComparison.Ordinal) || type.Contains("event-stream", StringComparison.Ordinal))
            || start < 0 || end <= start)
        {
            return null;
        }

        try
        {
            return Join(body.Span[..start], spoil(body[start..end]), body.Span[end..]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] WithMember(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> member)
    {
        var rest = json.Span[1..];
        return Join("{"u8, member, rest.TrimStart(" \r\n\t"u8).StartsWith("}"u8) ? [] : ","u8, rest);
    }

    // After the head of a text that the caller asks for; below zero for none.
    private static byte[] InTexts(ReadOnlyMemory<byte> json, byte[] text, Func<ReadOnlySpan<byte>, int> after)
    {
        using var spoilt = new MemoryStream();
        var reader = new Utf8JsonReader(json.Span);
        var written = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && after(reader.ValueSpan) is >= 0 and var head)
            {
                var at = (int)reader.TokenStartIndex + 1 + head;
                spoilt.Write(json.Span[written..at]);
                spoilt.Write(text);
                written = at;
            }
        }

        spoilt.Write(json.Span[written..]);
        return spoilt.ToArray();
    }

    private static byte[] Join(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third = default, ReadOnlySpan<byte> fourth = default) =>
        [.. first, .. second, .. third, .. fourth];
}

/// <summary>Where in an answer's JSON a text is spoilt.</summary>
internal static class TextPlace
{
    /// <summary>At the end of every text.</summary>
    public const string Value = "value";

    /// <summary>In a member that nobody asked for.</summary>
    public const string Member = "member";

    /// <summary>In the name of such a member.</summary>
    public const string Name = "name";

    /// <summary>In the host of every address.</summary>
    public const string Address = "address";

    public static IReadOnlyList<string> All { get; } = [Value, Member, Name, Address];
}
