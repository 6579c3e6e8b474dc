using System.Text.RegularExpressions;

namespace Imagen4.Emulator.Generation;

/// <summary><c>[emulator:NAME]</c> or <c>[emulator:NAME=VALUE]</c> in a prompt: lets any client provoke an outcome.</summary>
internal sealed partial record PromptDirective(string Name, string? Value)
{
    public static IEnumerable<PromptDirective> AllIn(string prompt) =>
        Pattern.Matches(prompt).Select(match => new PromptDirective(
            match.Groups["name"].Value,
            match.Groups["value"] is { Success: true } value ? value.Value : null));

    [GeneratedRegex(@"\[emulator:(?<name>[a-z_]+)(=(?<value>[^\]]*))?\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }
}
