using System.Globalization;
using System.Management.Automation;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Writes a <c>Set-ImagenProvider</c> that was refused as it may have been meant, ready to be run.</summary>
/// <param name="name">The profile's name.</param>
/// <param name="bound">The parameters of the command line.</param>
/// <param name="given">What is to change, by parameter.</param>
internal sealed class ProviderCommandLine(
    string name, IReadOnlyDictionary<string, object> bound, IReadOnlyDictionary<string, object?> given)
{
    // Where the command is refused for one of these, it is shown by the error of another: it may be a key.
    private static readonly string[] NamesOfPlaces = ["ApiKeyVariable", "SecretName", "SecretVault", "KeyHeader", "SubmitPath"];

    /// <summary>The command with another value of one parameter.</summary>
    /// <param name="change">The parameter and its value.</param>
    /// <returns>The command; null where something else in it may be a key, or cannot be written.</returns>
    public string? With((string Parameter, string Value) change)
    {
        var values = given.Keys.Concat(["Default", "Scope"]).Append(change.Parameter).Where(parameter => parameter != "Name").Distinct();
        var written = values.Select(parameter => parameter == change.Parameter
            ? $" -{parameter} {CommandText.Argument(change.Value)}"
            : Written(parameter, given.GetValueOrDefault(parameter) ?? bound.GetValueOrDefault(parameter))).ToList();
        return written.Contains(null) ? null
            : $"Set-ImagenProvider {CommandText.Argument(change.Parameter == "Name" ? change.Value : name)}{string.Concat(written)}";
    }

    private static string? Written(string parameter, object? value)
    {
        if (BoundValue.Plain(value) is SwitchParameter or bool)
        {
            return BoundValue.Plain(value) is SwitchParameter { IsPresent: true } or true ? $" -{parameter}" : "";
        }

        if (parameter == "InputName")
        {
            return null;
        }

        var texts = BoundValue.List(value).Select(Text).Where(text => text.Length > 0).ToList();
        return texts.Count == 0 ? ""
            : BoundValue.Plain(value) is RefusedAddress ? null
            : NamesOfPlaces.Contains(parameter) && texts.Exists(KeyShape.Is) ? null
            : parameter.EndsWith("Uri", StringComparison.Ordinal) && !texts.TrueForAll(IsPlainAddress) ? null
            : $" -{parameter} {CommandText.Arguments(texts)}";
    }

    private static string Text(object? value) => BoundValue.Plain(value) switch
    {
        Uri address => address.OriginalString,
        var plain => Convert.ToString(plain, CultureInfo.InvariantCulture) ?? "",
    };

    private static bool IsPlainAddress(string text) => !text.AsSpan().ContainsAny('?', '#', '@');
}
