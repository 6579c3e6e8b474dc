using System.Text.RegularExpressions;

namespace Imagen4;

/// <summary>
/// What the tables of requests and results show of a row in two columns side by side: what it is, and what became of it. A reason that its
/// column has no room for begins where the state leaves off.
/// </summary>
public sealed partial class RowText
{
    /// <summary>Lays a row out.</summary>
    /// <param name="key">The caller's own key of the row, or null.</param>
    /// <param name="prompt">The prompt, or null.</param>
    /// <param name="error">Why the row failed; null where it did not.</param>
    /// <param name="room">How many characters a column has room for.</param>
    public RowText(string? key, string? prompt, string? error, int room)
    {
        Key = Line(key);
        Rest = (Key.Length > 0 ? ": " : "") + Line(prompt);
        Outcome = Origin().Replace(Line(error), "");
        if (Cells(Outcome) > room)
        {
            Outcome = SaidByState().Replace(Outcome, "");
        }
    }

    /// <summary>The key; empty where there is none.</summary>
    public string Key { get; }

    /// <summary>What stands behind the key in the first column: the prompt.</summary>
    public string Rest { get; }

    /// <summary>What the second column has of the reason; empty where there is none.</summary>
    public string Outcome { get; }

    private static string Line(string? text) => Unprintable().Replace(text ?? "", " ");

    private static int Cells(string text) => text.Sum(Cells);

    // Those of East Asia, from the first Hangul on, take two; what is narrow there as well costs a cell, and nothing else.
    private static int Cells(char character) => character is >= '\u1100' and not (>= '\u2000' and < '\u2e80') ? 2 : 1;

    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\s]+")]
    private static partial Regex Unprintable();

    // The row's number has a column of its own, and the request is the line.
    [GeneratedRegex(@"^((Row \d+(, [^:]+)?|Request \S+( at [^:]+)?( \([^)]*\))?): )?(Request \S+ (?=had not finished))?")]
    private static partial Regex Origin();

    // Rejected and Failed say as much.
    [GeneratedRegex("^(The host (refuses the input|ran the request and failed)|The model's checker refused it): ")]
    private static partial Regex SaidByState();
}
