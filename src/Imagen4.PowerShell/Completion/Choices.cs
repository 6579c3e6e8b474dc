using System.Management.Automation;
using System.Management.Automation.Language;

namespace Imagen4.PowerShell.Completion;

/// <summary>Turns a list of values into completions.</summary>
internal static class Choices
{
    /// <summary>The values that begin with what has been typed, quoted where they need it.</summary>
    public static IEnumerable<CompletionResult> Matching(IEnumerable<string> values, string? typed)
    {
        var start = (typed ?? "").Trim('\'', '"');
        return values
            .Where(value => value.Length > 0 && value.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .Select(value => new CompletionResult(
                IsPlainWord(value) ? value : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'",
                value,
                CompletionResultType.ParameterValue,
                value));
    }

    // What PowerShell reads as it stands. Choices may be a host's own words.
    private static bool IsPlainWord(string value) =>
        char.IsLetterOrDigit(value[0]) && value.All(letter => char.IsLetterOrDigit(letter) || "-_./:@+=*".Contains(letter));
}
