using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
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

    // What is written beside an image carries of the image itself.
    private static readonly HashSet<string> OfSidecars = new(
        typeof(ImagenImage).GetProperties().Select(property => property.Name).Concat(["SchemaVersion", "ImageIndex"]),
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] RequestIds = [nameof(ImagenRequest.RequestId), nameof(ImagenRequest.LedgerId)];

    private readonly HashSet<string> _hidden = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, bool> _ofModels = new(StringComparer.OrdinalIgnoreCase);
    private int _warnings;

    /// <summary>The parameters given for every row.</summary>
    public required IReadOnlyCollection<string> Given { get; init; }

    /// <summary>The text that stands for a file inside an input.</summary>
    public required Func<FileSystemInfo, string> OfFile { get; init; }

    /// <summary>Every name a parameter can be given by.</summary>
    public required Func<string, IEnumerable<string>> NamesOf { get; init; }

    /// <summary>The columns without a parameter that are inputs of the row's model, each with its cell.</summary>
    /// <param name="row">The row.</param>
    /// <param name="record">Its record.</param>
    /// <param name="model">What the row's model takes, where that is known.</param>
    /// <exception cref="InvalidInputException">A cell cannot be JSON.</exception>
    public IEnumerable<(InputDefinition Input, object? Value)> InputsIn(ImageRow row, Record record, Lazy<ModelDefinition?> model) =>
        from name in Others(record)
        let input = ColumnInputs.Find(model.Value, name)
        where input is not null
        select (input, BoundValue.InputCell(row.Index, input.Name, record.At(name), OfFile));

    /// <summary>Looks at the columns of a record, before anything is sent for it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="record">Its record.</param>
    /// <param name="model">What the row's model takes, where that is known.</param>
    /// <returns>Why the record and what follows are refused, or null.</returns>
    public InvalidInputException? Look(ImageRow row, Record record, Lazy<ModelDefinition?> model)
    {
        if (record.Text is not null || record.IsFile)
        {
            return null;
        }

        foreach (var (column, parameter) in Overridden(record))
        {
            options.Warn?.Invoke(CommandMessages.ColumnOverridden.With(PlainText.Brief(column), parameter));
        }

        if (model.Value?.ImageInput is not null && row.Images.Count == 0 && ImagesMeant(record) is { Count: > 0 } meant)
        {
            return new InvalidInputException(CommandMessages.ColumnsOfImages.With(string.Join(", ", meant))) { Row = row.Index };
        }

        var unused = Unused(row, record, model);
        if (unused.Count > 0 && isStrict)
        {
            return new InvalidInputException(CommandMessages.ColumnsRefused.With(string.Join(", ", unused)))
            {
                Row = row.Index, NextCommand = CommandMessages.AdviceColumnsRefused,
            };
        }

        Report(row.Index, unused);
        return null;
    }

    // The picture that a row is about is not a detail that it could be paid for without.
    private List<string> ImagesMeant(Record record) =>
    [
        .. Others(record).Where(name => hints.MayBeImage(name) && !IsBlank(record.At(name))).Select(name => hints.For(PlainText.Brief(name), [])),
    ];

    // Those that have not been named before, each with the parameter that may be meant.
    private List<string> Unused(ImageRow row, Record record, Lazy<ModelDefinition?> model) =>
    [
        .. Others(record)
            .Where(name => !_seen.Contains(name) && ColumnInputs.Find(model.Value, name) is null
                && (!IsOfSomeModel(name) || !IsBlank(record.At(name))) && _seen.Add(name))
            .Select(name => model.Value is not null && IsOfSomeModel(name)
                ? CommandMessages.ColumnOfOtherModel.With(PlainText.Brief(name), row.Model ?? model.Value.Ids[0])
                : hints.For(PlainText.Brief(name), model.Value?.Inputs.Select(input => input.Name) ?? [])),
    ];

    private IEnumerable<string> Others(Record record)
    {
        var isRequest = record.Has(RequestIds);
        return record.Names.Select(name => name.Trim())
            .Where(name => !hints.IsColumn(name) && !OfPowerShell.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !(isRequest && OfRequests.Contains(name))
                && !(record.IsSidecar && OfSidecars.Contains(name)));
    }

    // Rows of several models share columns: where such a cell is blank, there is nothing that could be meant.
    private bool IsOfSomeModel(string name)
    {
        if (!_ofModels.TryGetValue(name, out var known))
        {
            _ofModels[name] = known = ModelCatalog.HasColumn(name);
        }

        return known;
    }

    private static bool IsBlank(object? value) => string.IsNullOrWhiteSpace(BoundValue.Text(value));

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
        where !string.IsNullOrWhiteSpace(BoundValue.Text(column.Value)) && _hidden.Add(column.Name)
        select (column.Name, parameter);
}
