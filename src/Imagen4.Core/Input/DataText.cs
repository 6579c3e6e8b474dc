using System.Buffers;
using System.Text.Json;

namespace Imagen4.Core.Input;

/// <summary>Tells text that is data from a prompt: the lines of a table or of JSON, which somebody has read as lines of text.</summary>
/// <param name="columns">Every name an input or a setting can have.</param>
public sealed class DataText(IEnumerable<string> columns)
{
    private const string Prompt = "prompt";
    private const string TypeLine = "#TYPE ";

    private static readonly SearchValues<char> LineEnds = SearchValues.Create('\r', '\n');
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    // What the lines of an indented document begin with.
    private static readonly string[] Fragments = ["[", "{", "[{", "[]", "{}", "[{}]"];

    private readonly HashSet<string> _columns = new(columns, StringComparer.OrdinalIgnoreCase);

    /// <summary>The delimiter of the table whose header a text begins with; null where it begins with none.</summary>
    public char? DelimiterOf(string text)
    {
        var header = FirstLine(text);
        if (header.StartsWith(TypeLine, StringComparison.Ordinal))
        {
            return ',';
        }

        return Fields(header, ',') is [var only] && only.Equals(Prompt, StringComparison.OrdinalIgnoreCase)
            ? ','
            : Delimiters.Where(delimiter => IsHeader(header, delimiter)).Select(delimiter => (char?)delimiter).FirstOrDefault();
    }

    /// <summary>Whether a text is JSON with inputs in it: a document, a line of one, or a line of JSON Lines.</summary>
    public bool IsJson(string text)
    {
        var trimmed = Trimmed(text);
        return trimmed is ['{' or '[', ..] && (Fragments.Contains(trimmed) || HasInputs(trimmed) || HasInputs(FirstLine(trimmed)));
    }

    /// <summary>Whether a text is a record as PowerShell prints it: <c>@{key=fox; prompt=A red fox}</c>, or the rule under the names of a
    /// table.</summary>
    public static bool IsPrinted(string text) => FirstLine(text) is var line
        && ((line.StartsWith("@{", StringComparison.Ordinal) && line.Contains('=', StringComparison.Ordinal) && Trimmed(text).EndsWith('}'))
            || (line.Length > 2 && line.All(letter => letter is '-' or ' ')));

    /// <summary>Whether JSON makes sense only with the lines around it.</summary>
    public static bool IsPart(string json)
    {
        var trimmed = Trimmed(json);
        return Fragments.Contains(trimmed) || (trimmed.AsSpan().ContainsAny(LineEnds) && !IsWhole(FirstLine(trimmed)));
    }

    /// <summary>The first line of a text.</summary>
    public static string FirstLine(string text)
    {
        var trimmed = Trimmed(text);
        return trimmed.AsSpan().IndexOfAny(LineEnds) is >= 0 and var end ? trimmed[..end].TrimEnd() : trimmed;
    }

    // A byte order mark is no part of the text.
    private static string Trimmed(string text) => text.Trim().TrimStart('\uFEFF');

    private static List<string> Fields(string line, char delimiter) =>
        [.. line.Split(delimiter).Select(field => field.Trim().Trim('"').Trim())];

    // A sentence may have a word of ours between commas. Two of them, the prompt or a name of several words among them, are a header,
    // and so are words without blanks of which one is the prompt.
    private bool IsHeader(string line, char delimiter)
    {
        var fields = Fields(line, delimiter);
        if (fields.Count < 2)
        {
            return false;
        }

        var known = fields.Select(Known).OfType<string>().ToList();
        var hasPrompt = known.Contains(Prompt, StringComparer.OrdinalIgnoreCase);
        return known.Count > 1 ? hasPrompt || known.Exists(IsCompound) : hasPrompt && line.Split(delimiter).All(IsWord);
    }

    private string? Known(string name) => _columns.TryGetValue(name, out var known) ? known : null;

    private static bool IsCompound(string name) => name.Contains('_', StringComparison.Ordinal) || name.Count(char.IsUpper) > 1;

    private static bool IsWord(string field) =>
        field.Trim('"') is { Length: > 0 } word && word.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '.');

    private static bool IsWhole(string text)
    {
        try
        {
            _ = JsonElement.Parse(text);
            return true;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            // The second is what half a character is.
            return false;
        }
    }

    private bool HasInputs(string text)
    {
        try
        {
            return HasInputs(JsonElement.Parse(text));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // The second is what an escape for half a character in a name is read as, the third what half a character is.
            return false;
        }
    }

    // Some write prompts as JSON of their own; what says the prompt, or nothing but inputs, is a row.
    private bool HasInputs(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Select(member => member.Name).ToList() is { Count: > 0 } names
            && (names.Contains(Prompt, StringComparer.OrdinalIgnoreCase) || names.TrueForAll(_columns.Contains)),
        JsonValueKind.Array => json.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.String || HasInputs(item)),
        _ => false,
    };
}
