using System.Text.Json;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>The request that a body names: in a member of its own, or anywhere in it, as gateways wrap what they pass on.</summary>
/// <param name="IsThere">Whether there is such a member that is not empty.</param>
/// <param name="Id">The id in it; null where none can be used, or several are named.</param>
internal readonly record struct NamedRequestId(bool IsThere, string? Id)
{
    private const int OfRoot = 1;

    // What was sent may be repeated here, and is the user's own.
    private const string Input = "input";

    // Whatever else is wrong with a body, an id in it is worth having: neither broken text nor any depth ends the search.
    private static readonly JsonReaderState Tolerant = new(new JsonReaderOptions { MaxDepth = int.MaxValue });

    /// <summary>Looks for a request at the top of a body.</summary>
    public static NamedRequestId AtTop(ReadOnlySpan<byte> body, params ReadOnlySpan<string> names) => Find(body, OfRoot, names);

    /// <summary>Looks for a request in a body, as far as that can be read.</summary>
    public static NamedRequestId In(ReadOnlySpan<byte> body, params ReadOnlySpan<string> names) => Find(body, int.MaxValue, names);

    private static NamedRequestId Find(ReadOnlySpan<byte> body, int depth, ReadOnlySpan<string> names)
    {
        var (isThere, isOnly, id) = (false, true, (string?)null);
        var reader = new Utf8JsonReader(body, isFinalBlock: false, Tolerant);
        try
        {
            while (reader.Read())
            {
                var isAside = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject
                    ? reader.CurrentDepth >= depth
                    : reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(Input);
                if (isAside && !reader.TrySkip())
                {
                    break;
                }

                if (reader.TokenType == JsonTokenType.PropertyName && IsAny(reader, names) && reader.Read() && !IsEmpty(reader))
                {
                    var named = IdAt(reader);
                    isOnly &= !isThere || named == id;
                    (isThere, id) = (true, named);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Not JSON from here on.
        }

        return new NamedRequestId(isThere, isOnly ? id : null);
    }

    private static bool IsAny(Utf8JsonReader reader, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEmpty(Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(""));

    private static string? IdAt(Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            return null;
        }

        try
        {
            var id = reader.TokenType == JsonTokenType.String
                ? reader.GetString()!
                : System.Text.Encoding.ASCII.GetString(reader.ValueSpan);
            return RequestIds.IsOne(id) && (reader.TokenType == JsonTokenType.String || id.All(char.IsAsciiDigit)) ? id : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
