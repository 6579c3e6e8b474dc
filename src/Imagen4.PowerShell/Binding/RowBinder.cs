using Imagen4.Core;
using Imagen4.Core.Rows;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Turns a record of the pipeline, and what was given on the command line, into a row. PowerShell's own conversions are kept out:
/// they drop, round and default.
/// </summary>
internal static class RowBinder
{
    /// <summary>Binds one record.</summary>
    /// <param name="index">The number of the row, from 1.</param>
    /// <param name="record">The record; null when nothing is piped.</param>
    /// <param name="bound">What PowerShell bound, from the command line or by property name, under the parameters' names.</param>
    /// <param name="promptIsGiven">Whether the prompt comes from the command line, for every record.</param>
    /// <param name="namesOf">Every name a parameter can be given by.</param>
    /// <exception cref="InvalidInputException">The record is no row, or a cell does not hold what its input takes.</exception>
    public static ImageRow Bind(
        int index,
        Record? record,
        IReadOnlyDictionary<string, object?> bound,
        bool promptIsGiven,
        Func<string, IEnumerable<string>> namesOf)
    {
        var cells = bound.ToDictionary(
            cell => cell.Key,
            cell => Unwrap.Cell(index, cell.Key, cell.Value ?? (record is { IsRows: true } ? record.At(namesOf(cell.Key)) : null)));
        if (record is not null)
        {
            cells["Prompt"] = Prompt(index, record, cells["Prompt"], promptIsGiven, namesOf);
        }

        if (record is { IsRows: true })
        {
            // Results and requests tell which request they come from.
            cells["LedgerId"] = Unwrap.Value(record.At("LedgerId"));
            cells["RequestId"] = Unwrap.Value(record.At("RequestId", "request_id"));
        }

        return RowReader.Read(index, cells);
    }

    private static object? Prompt(
        int index, Record record, object? prompt, bool promptIsGiven, Func<string, IEnumerable<string>> namesOf)
    {
        // PowerShell lets the command line win without a word; here that would be the wrong image, paid for.
        var own = record.Text ?? record.At(namesOf("Prompt"))?.ToString();
        if (promptIsGiven && !string.IsNullOrWhiteSpace(own))
        {
            throw new InvalidInputException(Messages.PromptTwice.With(index, PlainText.Brief(own)));
        }

        if (record.Text is { } text)
        {
            return text;
        }

        if (prompt is not null || record.Has(namesOf("Prompt")))
        {
            return prompt;
        }

        throw new InvalidInputException(record.IsRows
            ? Messages.RecordHasNoPrompt.With(index, record.ShownNames)
            : Messages.RecordIsNotText.With(index, record.TypeName));
    }
}
