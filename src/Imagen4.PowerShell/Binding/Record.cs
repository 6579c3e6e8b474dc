using System.Collections;
using System.Data;
using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>One record of the pipeline, whatever it is: text, a hashtable, or an object with properties.</summary>
internal sealed class Record
{
    private readonly PSObject? _object;
    private readonly DataTable? _table;
    private IReadOnlyList<(string Name, object? Value)>? _cells;
    private Dictionary<string, object?>? _columns;

    /// <summary>Wraps what came down the pipeline.</summary>
    public Record(object? input)
    {
        var value = BoundValue.Plain(input);
        (Text, Table) = (value as string, value as IDictionary);
        _object = input as PSObject ?? (input is null ? null : PSObject.AsPSObject(input));
        IsFile = value is FileSystemInfo or ImagenFile or ImagenImage;
        TypeName = value is PSObject ? "a record" : ValueName.Of(value);
        _table = (value as DataRow ?? (value as DataRowView)?.Row)?.Table;

        // A number, a date or a file has properties too, and none of them is a column.
        IsRows = value is PSObject or IDictionary or ImagenInputs or ImagenRequestStatus;
    }

    /// <summary>The text, when the record is nothing but text.</summary>
    public string? Text { get; }

    /// <summary>Whether the record is a blank line, as the end of a text file often is.</summary>
    public bool IsBlank => Text is not null && string.IsNullOrWhiteSpace(Text);

    /// <summary>The table, when the record is one; the parameter binder does not look into tables.</summary>
    public IDictionary? Table { get; }

    /// <summary>Whether the record has columns: an object made from a CSV or JSON, a hashtable, or one of this module's objects.</summary>
    public bool IsRows { get; }

    /// <summary>Whether it is a file, here or at a host: what else it says of itself is not a column.</summary>
    public bool IsFile { get; }

    /// <summary>Whether it says of a file that is there what it is, so that its FileName is a file's and no template.</summary>
    /// <remarks>A row may have a checksum of its own, and only an image or an uploaded file has its type beside it.</remarks>
    public bool DescribesFile => IsFile || (Has(nameof(ImagenImage.Sha256)) && Has(nameof(ImagenImage.ContentType)));

    /// <summary>Whether it is what is written beside an image.</summary>
    public bool IsSidecar => Has("SchemaVersion") && DescribesFile;

    /// <summary>What kind of thing it is, with its article, for messages.</summary>
    public string TypeName { get; }

    /// <summary>The error of a record that is neither text nor has columns.</summary>
    /// <param name="row">Its number, from 1.</param>
    public InvalidInputException IsNotText(int row) =>
        new(_object is null ? CommandMessages.RecordIsNull : CommandMessages.RecordIsNotText.With(TypeName)) { Row = row };

    /// <summary>The names of its columns.</summary>
    public IEnumerable<string> Names => Table is not null
        ? Table.Keys.Cast<object>().Select(key => key.ToString()!)
        : Properties.Select(property => property.Name);

    /// <summary>Whether there is a column by any of these names.</summary>
    public bool Has(params IEnumerable<string> names) => names.Any(name => Columns.ContainsKey(name));

    /// <summary>The value of a column, by any of its names; null where there is none.</summary>
    public object? At(params IEnumerable<string> names) => names
        .Select(name => Columns.GetValueOrDefault(name))
        .FirstOrDefault(value => value is not null);

    /// <summary>Every cell by any of these names: a record may have several spellings of one input.</summary>
    public IEnumerable<(string Name, object? Value)> All(IEnumerable<string> names) =>
        Cells.Where(cell => names.Contains(cell.Name, StringComparer.OrdinalIgnoreCase));

    // Spreadsheets leave blanks around headers, which nobody sees.
    private Dictionary<string, object?> Columns => _columns ??= Cells
        .DistinctBy(cell => cell.Name, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(cell => cell.Name, cell => cell.Value, StringComparer.OrdinalIgnoreCase);

    private IReadOnlyList<(string Name, object? Value)> Cells => _cells ??= [.. Table is not null
        ? Table.Keys.Cast<object>().Select(key => (key.ToString()!.Trim(), Table[key]))
        : Properties.Where(property => property.IsGettable).Select(property => (property.Name.Trim(), Safe(property)))];

    // A row of a data table has its columns, what was added to it, and what the row says of itself.
    private IEnumerable<PSPropertyInfo> Properties => Text is not null || _object is null ? []
        : _table is null ? _object.Properties
        : _object.Properties.Where(property => property is PSNoteProperty || _table.Columns.Contains(property.Name));

    // A property of somebody else's class may throw when it is read; then it is not a column.
    private static object? Safe(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }
}
