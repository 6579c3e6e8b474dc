using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Notices columns that are not used: their cells would be left out, and the host's defaults paid for, without a word.</summary>
/// <param name="hints">The names that columns can have, and what others may mean.</param>
/// <param name="options">Who is told.</param>
/// <param name="isStrict">Whether such a column is an error.</param>
internal sealed class ColumnNames(ColumnHints hints, BatchOptions options, bool isStrict)
{
    // What PowerShell adds to objects that come from jobs, other machines and its own drives.
    private static readonly string[] OfPowerShell =
    [
        "PSComputerName", "RunspaceId", "PSShowComputerName", "PSSourceJobInstanceId",
        "PSPath", "PSParentPath", "PSChildName", "PSDrive", "PSProvider", "PSIsContainer",
    ];

    // What requests and results carry beside their inputs.
    private static readonly HashSet<string> OfRequests = new(
        new[] { typeof(ImagenRequest), typeof(ImagenResult), typeof(ImagenRequestStatus) }
            .SelectMany(type => type.GetProperties())
            .Select(property => property.Name),
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] RequestIds = [nameof(ImagenRequest.RequestId), nameof(ImagenRequest.LedgerId)];

    private readonly HashSet<string> _hidden = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _seen = new(OfPowerShell, StringComparer.OrdinalIgnoreCase);
    private int _warnings;

    /// <summary>The parameters given for every row.</summary>
    public required IReadOnlyCollection<string> Given { get; init; }

    /// <summary>Every name a parameter can be given by.</summary>
    public required Func<string, IEnumerable<string>> NamesOf { get; init; }

    /// <summary>Looks at the columns of a record, before anything is sent for it.</summary>
    /// <param name="row">The number of the record, from 1.</param>
    /// <param name="record">The record.</param>
    /// <returns>Why the record and what follows are refused, or null.</returns>
    public InvalidInputException? Look(int row, Record record)
    {
        if (record.Text is not null)
        {
            return null;
        }

        foreach (var (column, parameter) in Overridden(record))
        {
            options.Warn?.Invoke(CommandMessages.ColumnOverridden.With(PlainText.Brief(column), parameter));
        }

        var unused = Unused(record);
        if (unused.Count > 0 && isStrict)
        {
            return new InvalidInputException(CommandMessages.ColumnsRefused.With(string.Join(", ", unused))) { Row = row };
        }

        Report(row, unused);
        return null;
    }

    // Those that have not been named before, each with the parameter that may be meant.
    private List<string> Unused(Record record)
    {
        var isRequest = record.Has(RequestIds);
        return [.. record.Names.Select(name => name.Trim())
            .Where(name => !hints.IsColumn(name) && !(isRequest && OfRequests.Contains(name)) && _seen.Add(name))
            .Select(name => hints.For(PlainText.Brief(name)))];
    }

    // A warning for those of the first row, and one for the first later row that has others; what follows is a trace.
    private void Report(int row, List<string> unused)
    {
        if (unused.Count == 0)
        {
            _warnings = Math.Max(_warnings, 1);
            return;
        }

        var names = string.Join(", ", unused);
        switch (++_warnings)
        {
            case 1:
                options.Warn?.Invoke(CommandMessages.ColumnsUnused.With(names));
                break;
            case 2:
                options.Warn?.Invoke(CommandMessages.ColumnsUnusedLater.With(row, names));
                break;
            default:
                options.Trace?.Invoke(CommandMessages.ColumnsUnusedTrace.With(row, names));
                break;
        }
    }

    // The columns whose cells the command line hides, once each.
    private IEnumerable<(string Column, string Parameter)> Overridden(Record record) =>
        from parameter in Given
        from column in record.All(NamesOf(parameter))
        where !string.IsNullOrWhiteSpace(column.Value?.ToString()) && _hidden.Add(column.Name)
        select (column.Name, parameter);
}
