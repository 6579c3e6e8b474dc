using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Commands;

namespace Imagen4.PowerShell.Binding;

/// <summary>Says more about a value that a row cannot have: what its model takes, or how several values become several rows.</summary>
/// <param name="definitionOf">What a row's model takes; null where that is not known.</param>
internal sealed class ValueAdvice(Func<ImageRow, ModelDefinition?> definitionOf)
{
    private static readonly char[] Separators = [',', ';', '|'];

    /// <summary>Explains why the cells of a record are no row.</summary>
    /// <param name="error">What was said of a cell.</param>
    /// <param name="name">The parameter that the cell is for.</param>
    /// <param name="cells">What PowerShell bound.</param>
    /// <returns>The error to be written.</returns>
    public ImagenException Explain(InvalidInputException error, string name, IReadOnlyDictionary<string, object?> cells)
    {
        if (ExpandImagenPromptCommand.Axes.Contains(name) && BoundValue.IsList(cells.GetValueOrDefault(name)))
        {
            return Several(name, [.. BoundValue.List(cells[name]).Select(value => $"{BoundValue.Plain(value)}")], error.Row);
        }

        if (InputField.All.FirstOrDefault(field => field.Parameter == name) is not { Kind: InputKind.WholeNumber } field)
        {
            return error;
        }

        var row = new ImageRow
        {
            Index = error.Row ?? 1,
            Provider = BoundValue.Plain(cells.GetValueOrDefault("Provider")) as string,
            Model = BoundValue.Plain(cells.GetValueOrDefault("Model")) as string,
            Input = new ImageInput(),
        };
        return definitionOf(row) is { } model && model.Inputs.FirstOrDefault(input => input.Name == field.Name) is { } input
            && (input.Minimum ?? input.Maximum) is not null
            ? error.Saying(CommandMessages.ValueRange.With(row.Model ?? model.Ids[0], InputCheck.Range(input)))
            : error;
    }

    /// <summary>Explains why a row does not fit its model, where it has several values in one text.</summary>
    /// <param name="error">What was said of it.</param>
    /// <param name="row">The row.</param>
    /// <returns>The error to be written.</returns>
    public InvalidInputException Explain(InvalidInputException error, ImageRow row)
    {
        foreach (var field in InputField.All.Where(field => ExpandImagenPromptCommand.Axes.Contains(field.Parameter)))
        {
            if (row.Input[field] is string text && text.Split(Separators, StringSplitOptions.TrimEntries) is { Length: > 1 } values
                && definitionOf(row)?.Inputs.FirstOrDefault(input => input.Name == field.Name) is { Choices: { Count: > 0 } choices }
                && values.All(value => choices.Contains(value, StringComparer.OrdinalIgnoreCase)))
            {
                return Several(field.Parameter, values, error.Row);
            }
        }

        return error;
    }

    private static InvalidInputException Several(string parameter, IReadOnlyList<string> values, int? row)
    {
        var list = string.Join(',', values.Select(value => CommandText.Quoted(PlainText.Line(value))));
        var command = $"Expand-ImagenPrompt PROMPT -{parameter} {list} | New-ImagenImage";
        return new InvalidInputException(CommandMessages.ValueSeveral.With(parameter, command))
        {
            Row = row, Parameter = parameter, NextCommand = command,
        };
    }
}
