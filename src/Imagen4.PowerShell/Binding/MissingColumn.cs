using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>The error of a record that lacks the column a command needs. One that looks misspelt is named, with the command that renames it.</summary>
internal static class MissingColumn
{
    private const int MostNames = 12;

    /// <summary>Makes the error.</summary>
    /// <param name="row">The number of the record, from 1; null where it is the only one.</param>
    /// <param name="record">The record.</param>
    /// <param name="text">What is said, with a place for the names of its columns.</param>
    /// <param name="command">The command that the record was piped into.</param>
    /// <param name="wanted">The columns that would do, the best first.</param>
    public static InvalidInputException Of(int? row, Record record, string text, string command, params string[] wanted)
    {
        var columns = record.Names.Select(name => (Name: name, Meant: CloseMatch.Find(name.Trim(), wanted))).ToList();
        var (misspelt, meant) = columns.Find(column => column.Meant is not null);
        var shown = columns.OrderBy(column => column.Meant is null).Take(MostNames).ToHashSet();
        var names = columns.Where(shown.Contains).Select(column => column.Meant is null
            ? PlainText.Brief(column.Name)
            : CommandMessages.ColumnMeant.With(PlainText.Brief(column.Name), column.Meant));
        var next = misspelt is null
            ? CommandMessages.CommandRenameOther.With(wanted[0], command)
            : CommandMessages.CommandRenameColumn.With(meant, CommandText.Quoted(misspelt), command);
        return new InvalidInputException(text.With(string.Join(", ", names)))
        {
            Row = row,
            NextCommand = record.Table is null ? next : CommandMessages.CommandPipeTable.With(meant ?? wanted[0], command),
        };
    }
}
