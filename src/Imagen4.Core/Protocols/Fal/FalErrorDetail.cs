using System.Text;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>The words and the type of an error, whichever of fal's three forms it has, or a gateway's.</summary>
/// <param name="Text">What the host says, on one line; empty when it says nothing.</param>
/// <param name="Type">The host's own type of the error.</param>
/// <param name="IsHostError">Whether the host said it in its own error form.</param>
internal sealed record FalErrorDetail(string Text, string? Type, bool IsHostError)
{
    // A request has some dozens of inputs, and what is said of them is cut to one line.
    private const int MostEntries = 50;

    /// <summary>Reads an answer that is not a success.</summary>
    public static FalErrorDetail Read(HostResponse response) =>
        response.Read(FalJson.Default.FalErrorAnswer) is not { } answer ? new(Excerpt(response), Type: null, IsHostError: false)
            : Said(answer) ?? new(answer.Status ?? Excerpt(response), answer.ErrorType, answer.ErrorType is not null);

    /// <summary>Reads an answer of any status, or returns null where it has no words of an error in a form that is known.</summary>
    public static FalErrorDetail? TryRead(HostResponse response) => TryRead(response.Json.Span);

    /// <summary>Reads JSON that may be an error, or returns null where it has no words of one.</summary>
    public static FalErrorDetail? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FalJson.Default.FalErrorAnswer) is { } answer
                && Said(answer) is { Text.Length: > 0 } said ? said : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FalErrorDetail? Said(FalErrorAnswer answer)
    {
        return answer.Detail switch
        {
            { ValueKind: JsonValueKind.String } text => new(PlainText.Line(JsonText.Text(text)), answer.ErrorType, IsHostError: true),
            { ValueKind: JsonValueKind.Array } list => OfList(list),
            { ValueKind: JsonValueKind.Object } one => new(PlainText.Line(Entry(one)), TypeIn(one), IsHostError: true),
            _ => OfGateway(answer.Error),
        };
    }

    // Not the host's own form: a gateway does not know whether the request ran.
    private static FalErrorDetail? OfGateway(JsonElement? error) => error switch
    {
        { ValueKind: JsonValueKind.String } text => new(PlainText.Line(JsonText.Text(text)), Type: null, IsHostError: false),
        { } one when Member(one, "message") is { } message => new(PlainText.Line(message), TypeIn(one), IsHostError: false),
        _ => null,
    };

    private static FalErrorDetail OfList(JsonElement list) => new(
        PlainText.Line(string.Join("; ", list.EnumerateArray().Take(MostEntries).Select(Entry))),
        list.EnumerateArray().Select(TypeIn).FirstOrDefault(type => type is not null),
        IsHostError: true);

    private static string Entry(JsonElement entry)
    {
        var message = Member(entry, "msg") ?? JsonText.Text(entry);
        var place = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("loc", out var loc)
            && loc.ValueKind == JsonValueKind.Array
            ? string.Join('.', loc.EnumerateArray().Take(MostEntries).Select(JsonText.Text).Where(part => part != "body"))
            : "";
        return place.Length > 0 ? $"{place}: {message}" : message;
    }

    private static string? TypeIn(JsonElement entry) => Member(entry, "type") is { } type ? PlainText.Brief(type) : null;

    private static string? Member(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? JsonText.Text(value)
            : null;

    // Enough of a foreign page to recognise whose it is.
    private static string Excerpt(HostResponse response) =>
        PlainText.Brief(Encoding.UTF8.GetString(response.Body.Span[..Math.Min(response.Body.Length, 400)]));
}
