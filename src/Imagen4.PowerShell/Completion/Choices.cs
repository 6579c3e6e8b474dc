using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Completion;

/// <summary>Turns a list of values into completions.</summary>
internal static class Choices
{
    /// <summary>The values that begin with what has been typed, quoted where they need it.</summary>
    public static IEnumerable<CompletionResult> Matching(IEnumerable<string> values, string? typed) =>
        Matching(values.Select(value => (value, value)), typed);

    /// <summary>The values that begin with what has been typed, quoted where they need it, each with what is said of it.</summary>
    public static IEnumerable<CompletionResult> Matching(IEnumerable<(string Value, string ToolTip)> values, string? typed)
    {
        var start = Typed(typed);
        return values
            .Where(choice => choice.Value.Length > 0 && choice.Value.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .Select(choice => Result(IsPlainWord(choice.Value) ? choice.Value : Quoted(choice.Value), choice.Value, choice.ToolTip));
    }

    /// <summary>The values that have what has been typed in them; those that begin with it come first.</summary>
    public static IEnumerable<CompletionResult> Containing(IEnumerable<(string Value, string ToolTip)> values, string? typed)
    {
        var word = Typed(typed);
        return values
            .Where(choice => choice.Value.Length > 0 && choice.Value.Contains(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(choice => !choice.Value.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(choice => Result(IsPlainWord(choice.Value) ? choice.Value : Quoted(choice.Value), choice.Value, choice.ToolTip));
    }

    /// <summary>The expressions that begin with what has been typed. They are not text, and stand as they are.</summary>
    public static IEnumerable<CompletionResult> Expressions(IEnumerable<(string Value, string ToolTip)> values, string? typed) => values
        .Where(choice => choice.Value.StartsWith(typed ?? "", StringComparison.OrdinalIgnoreCase))
        .Select(choice => Result(choice.Value, choice.Value, choice.ToolTip));

    /// <summary>What has been typed, without its quotes.</summary>
    public static string Typed(string? typed) => (typed ?? "").Trim('\'', '"');

    /// <summary>A text as PowerShell reads it.</summary>
    public static string Quoted(string value) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";

    private static CompletionResult Result(string text, string shown, string toolTip) =>
        new(text, shown, CompletionResultType.ParameterValue, string.IsNullOrWhiteSpace(toolTip) ? shown : toolTip);

    // What PowerShell reads as it stands. Choices may be a host's own words.
    private static bool IsPlainWord(string value) =>
        char.IsLetterOrDigit(value[0]) && value.All(letter => char.IsLetterOrDigit(letter) || "-_./:@+=*".Contains(letter));
}
