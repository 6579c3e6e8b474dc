using System.Text;

namespace Imagen4.Core.Text;

/// <summary>Writes values into commands that messages show: what is pasted has to mean the same value again.</summary>
public static class CommandText
{
    // PowerShell ends a single-quoted text at any of these.
    private const string Quotes = "'\u2018\u2019\u201a\u201b";

    /// <summary>A value as an argument: as it stands where that is one word to PowerShell, and quoted where it is not.</summary>
    public static string Argument(string value) => IsWord(value) ? value : Quoted(value);

    /// <summary>The id of a request as an argument, with its provider behind it where the id alone does not say which request is meant.</summary>
    /// <param name="requestId">The id.</param>
    /// <param name="provider">The provider; null where the id is enough.</param>
    public static string Request(string requestId, string? provider) =>
        Argument(requestId) + (provider is null ? "" : $" -Provider {Argument(provider)}");

    /// <summary>Several values as one argument.</summary>
    public static string Arguments(IEnumerable<string> values) => string.Join(',', values.Select(Argument));

    /// <summary>A value in single quotes. What would steer a terminal becomes a blank.</summary>
    public static string Quoted(string value)
    {
        var text = new StringBuilder("'");
        foreach (var rune in value.EnumerateRunes())
        {
            var written = PlainText.Steers(rune) ? " " : rune.ToString();
            text.Append(written).Append(Quotes.Contains(written, StringComparison.Ordinal) ? written : "");
        }

        return text.Append('\'').ToString();
    }

    /// <summary>A parameter with its value in single quotes, after a blank; nothing where there is no value.</summary>
    public static string Parameter(string name, string? value) => value is null ? "" : $" -{name} {Quoted(value)}";

    // What begins with a digit may be a number to PowerShell, which has one hyphen at most.
    private static bool IsWord(string value) =>
        value is [var first, ..]
        && (char.IsAsciiLetter(first) || first is '/' || value.StartsWith("./", StringComparison.Ordinal)
            || (char.IsAsciiDigit(first) && value.Count(letter => letter == '-') > 1))
        && value.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./:+=".Contains(letter));
}
