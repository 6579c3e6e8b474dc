using System.Management.Automation;

namespace Imagen4.PowerShell.Completion;

/// <summary>Turns a list of values into completions.</summary>
internal static class Choices
{
    /// <summary>The values that begin with what has been typed, quoted where they need it.</summary>
    public static IEnumerable<CompletionResult> Matching(IEnumerable<string> values, string? typed)
    {
        var start = (typed ?? "").Trim('\'', '"');
        return values
            .Where(value => value.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .Select(value => new CompletionResult(
                value.Any(letter => char.IsWhiteSpace(letter) || letter == ';') ? $"'{value}'"
                    : value, value, CompletionResultType.ParameterValue, value));
    }
}
