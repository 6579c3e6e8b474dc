using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Completion;

/// <summary>
/// Completes the inputs of the command line's model that have no parameter: as a whole table, because PowerShell asks nobody about what
/// stands inside one.
/// </summary>
public sealed class AdditionalInputCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // The name alone is enough.
        var typed = wordToComplete.TrimStart('@', '{', ' ');
        return Choices.Expressions(
            from model in new[] { ProfileOfLine.Model(fakeBoundParameters) }.OfType<ModelDefinition>()
            from input in model.Inputs
            where InputField.ParameterFor(input.Name) == input.Name && input != model.ImageInput
                && input.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
            from value in Values(input)
            select ($"@{{ {input.Name} = {value} }}", ToolTip(input)),
            typed: "");
    }

    private static IEnumerable<string> Values(InputDefinition input) => input switch
    {
        { Choices.Count: > 0 } => input.Choices.Select(Choices.Quoted),
        { Kind: InputKind.TrueFalse } => ["$true", "$false"],
        { Kind: InputKind.TextList } => ["@('')"],
        { Kind: InputKind.WholeNumber or InputKind.Number } or { Minimum: not null } =>
            [input.Default ?? input.Minimum?.ToString(CultureInfo.InvariantCulture) ?? "0"],
        _ => ["''"],
    };

    private static string ToolTip(InputDefinition input) => input.Default is { } usual ? $"{input.Name} ({usual})" : input.Name;
}
