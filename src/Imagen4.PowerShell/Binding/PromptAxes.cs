using System.Globalization;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Binding;

/// <summary>The rows of a template: each of its prompts with each value of every input that has several.</summary>
/// <param name="given">The inputs with their values, the slowest first.</param>
/// <param name="columns">The columns of the template's record that every row keeps.</param>
/// <param name="ownKey">The key of the template's record; null for none.</param>
internal sealed class PromptAxes(
    IReadOnlyList<(string Name, IReadOnlyList<object?> Values)> given, IReadOnlyList<(string Name, object? Value)> columns, string? ownKey)
{
    private static readonly string[] Others =
        [nameof(ImagenRequest.Provider), nameof(ImagenRequest.Model), nameof(ImagenInputs.AdditionalInput)];

    // A column that is not an input, such as a remark, may change without making another row of it.
    private readonly List<KeyValuePair<string, string>> _fixed =
    [
        .. columns.Where(column => IsInput(column.Name))
            .Select(column => KeyValuePair.Create(column.Name, Shown(BoundValue.InputCell(0, column.Name, column.Value))))
            .Where(column => !string.IsNullOrWhiteSpace(column.Value)),
    ];

    /// <summary>How many rows a template has; <see cref="long.MaxValue"/> for more than that.</summary>
    public long CountOf(PromptTemplate template) => given.Aggregate(
        template.Count, (count, axis) => count > long.MaxValue / axis.Values.Count ? long.MaxValue : count * axis.Values.Count);

    /// <summary>The rows of a template, each with its key. They are made as they are asked for.</summary>
    public IEnumerable<(string Key, string Prompt, IReadOnlyList<(string Name, object? Value)> Inputs)> Rows(PromptTemplate template)
    {
        var values = CountOf(template) / template.Count;
        for (var number = 0L; number < template.Count; number++)
        {
            var prompt = template.At(number);
            for (var at = 0L; at < values; at++)
            {
                var inputs = Inputs(at);
                var shown = inputs.Where(input => input.Value is not null)
                    .Select(input => KeyValuePair.Create(input.Name, Shown(input.Value)))
                    .ToList();
                yield return (RowKey.Of(ownKey, prompt, shown, _fixed), prompt.Text, [.. inputs, .. columns]);
            }
        }
    }

    // The last input is the lowest digit.
    private (string Name, object? Value)[] Inputs(long number)
    {
        var inputs = new (string, object?)[given.Count];
        for (var at = given.Count - 1; at >= 0; at--)
        {
            (number, var digit) = Math.DivRem(number, given[at].Values.Count);
            inputs[at] = (given[at].Name, given[at].Values[(int)digit]);
        }

        return inputs;
    }

    private static bool IsInput(string name) =>
        InputField.All.Any(field => Same(field.Parameter, name) || Same(field.Name, name))
        || Others.Concat(ImageList.Names).Any(other => Same(other, name))
        || ModelCatalog.HasColumn(name);

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Shown(object? value) => value is IFormattable number
        ? number.ToString(null, CultureInfo.InvariantCulture)
        : value?.ToString() ?? "";
}
