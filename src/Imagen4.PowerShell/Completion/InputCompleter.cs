using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Completion;

/// <summary>Completes inputs from what the model of the command line takes, else from what the known ones take.</summary>
public sealed class InputCompleter : IArgumentCompleter
{
    // More numbers than these are no help.
    private const int MostNumbers = 20;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var model = ProfileOfLine.Model(fakeBoundParameters);
        var field = InputField.All.FirstOrDefault(known => known.Parameter.Equals(parameterName, StringComparison.OrdinalIgnoreCase));
        return field?.Kind switch
        {
            InputKind.TrueFalse => Choices.Expressions([("$true", "$true"), ("$false", "$false")], wordToComplete),
            InputKind.WholeNumber => Choices.Matching(Numbers(model?.Inputs.FirstOrDefault(input => input.Name == field.Name)), wordToComplete),
            _ => Choices.Matching(ModelCatalog.ChoicesFor(parameterName, model), wordToComplete),
        };
    }

    private static IEnumerable<string> Numbers(InputDefinition? input) => input is { Minimum: { } least, Maximum: { } most }
        && most - least < MostNumbers
        ? Enumerable.Range((int)least, (int)(most - least) + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))
        : [];
}
