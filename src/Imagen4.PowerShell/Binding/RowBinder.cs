using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Turns a record of the pipeline, and what was given on the command line, into a row. PowerShell's own conversions are avoided:
/// they drop, round and default.
/// </summary>
internal static class RowBinder
{
    /// <summary>Binds one record.</summary>
    /// <param name="index">The number of the row, from 1.</param>
    /// <param name="record">The record; null when nothing is piped.</param>
    /// <param name="bound">What PowerShell bound, from the command line or by property name, under the parameters' names.</param>
    /// <param name="given">The parameters given on the command line, for every record.</param>
    /// <param name="namesOf">Every name a parameter can be given by.</param>
    /// <param name="ofFile">The text that stands for a file inside an additional input.</param>
    /// <param name="command">The command that the record was piped into, with what says where its images go.</param>
    /// <exception cref="InvalidInputException">The record is not a row, or a cell does not hold what its input takes.</exception>
    public static ImageRow Bind(
        int index,
        Record? record,
        IReadOnlyDictionary<string, object?> bound,
        IReadOnlyCollection<string> given,
        Func<string, IEnumerable<string>> namesOf,
        Func<FileSystemInfo, string> ofFile,
        string command)
    {
        var cells = bound.ToDictionary(
            cell => cell.Key,
            cell => BoundValue.Cell(
                index,
                cell.Key,
                record is null or { Text: not null } || given.Contains(cell.Key) ? cell.Value : OneOf(index, cell, record, namesOf, ofFile),
                ofFile));
        if (record is not null)
        {
            cells["Prompt"] = Prompt(index, record, cells["Prompt"], given.Contains("Prompt"), namesOf, command);
        }

        if (record is { IsRows: true })
        {
            // Results and requests tell which request they come from.
            cells["LedgerId"] = BoundValue.Plain(record.At("LedgerId"));
            cells["RequestId"] = BoundValue.Plain(record.At("RequestId", "request_id"));
        }

        if (record is { IsRows: true, DescribesFile: false })
        {
            cells["FileName"] = BoundValue.Plain(record.At("FileName"));
        }

        return RowReader.Read(index, cells) with
        {
            IsSidecar = record?.IsSidecar == true,
            IsInDoubt = record is { IsRows: true } && ImagenStates.InDoubt.Equals(BoundValue.Text(record.At("State"))?.Trim(), StringComparison.OrdinalIgnoreCase),
        };
    }

    // PowerShell binds one spelling of an input, and does not look into hashtables. The others may say something else.
    private static object? OneOf(
        int index,
        KeyValuePair<string, object?> bound,
        Record record,
        Func<string, IEnumerable<string>> namesOf,
        Func<FileSystemInfo, string> ofFile)
    {
        var filled = record.All(namesOf(bound.Key))
            .Select(cell => (cell.Name, Cell: new Cell(index, bound.Key, BoundValue.Cell(index, bound.Key, cell.Value, ofFile))))
            .Where(cell => !cell.Cell.IsEmpty)
            .ToList();
        if (filled.Find(other => filled.Count > 1 && !filled[0].Cell.Says(other.Cell)) is { Name: { } name } second)
        {
            throw new InvalidInputException(CommandMessages.CellTwice.With(
                bound.Key, PlainText.Brief(filled[0].Name), filled[0].Cell.Shown(), PlainText.Brief(name), second.Cell
                    .Shown())) { Row = index };
        }

        var isEmpty = new Cell(index, bound.Key, BoundValue.Plain(bound.Value)).IsEmpty;
        return isEmpty && filled.Count > 0 && (bound.Value is not null || record.IsRows) ? filled[0].Cell.Value : bound.Value;
    }

    private static object? Prompt(
        int index, Record record, object? prompt, bool promptIsGiven, Func<string, IEnumerable<string>> namesOf, string command)
    {
        // PowerShell silently prefers the command line; here that would be the wrong image, paid for.
        var own = record.Text ?? BoundValue.Text(record.At(namesOf("Prompt")));
        if (promptIsGiven && !string.IsNullOrWhiteSpace(own))
        {
            throw new InvalidInputException(CommandMessages.PromptTwice.With(
                PlainText.Brief(own), PlainText.Brief(BoundValue.Text(prompt) ?? ""))) { Row = index };
        }

        if (record.Text is { } text)
        {
            return text;
        }

        if (prompt is not null || record.Has(namesOf("Prompt")))
        {
            return prompt;
        }

        throw record.IsRows
            ? MissingColumn.Of(index, record, CommandMessages.RecordHasNoPrompt, command, "Prompt")
            : record.IsNotText(index);
    }
}
