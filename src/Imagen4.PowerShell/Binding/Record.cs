using System.Collections;
using System.Management.Automation;
using Imagen4.Core;

namespace Imagen4.PowerShell.Binding;

/// <summary>One record of the pipeline, whatever it is: text, a hashtable, or an object with properties.</summary>
internal sealed class Record
{
    private const int MostNames = 12;

    private readonly PSObject? _object;
    private Dictionary<string, object?>? _columns;

    /// <summary>Wraps what came down the pipeline.</summary>
    public Record(object? input)
    {
        var value = Unwrap.Value(input);
        (Text, Table) = (value as string, value as IDictionary);
        _object = input as PSObject ?? (input is null ? null : PSObject.AsPSObject(input));
        TypeName = value is PSObject ? "a record" : ValueName.Of(value);

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

    /// <summary>What kind of thing it is, with its article, for messages.</summary>
    public string TypeName { get; }

    /// <summary>The names of its columns, the first of them, for messages.</summary>
    public string ShownNames => string.Join(", ", Names.Take(MostNames));

    /// <summary>The names of its columns.</summary>
    public IEnumerable<string> Names => Table is not null
        ? Table.Keys.Cast<object>().Select(key => key.ToString()!)
        : _object?.Properties.Select(property => property.Name) ?? [];

    /// <summary>Whether there is a column by any of these names.</summary>
    public bool Has(params IEnumerable<string> names) => names.Any(name => Columns.ContainsKey(name));

    /// <summary>The value of a column, by any of its names; null where there is none.</summary>
    public object? At(params IEnumerable<string> names) => names
        .Select(name => Columns.GetValueOrDefault(name))
        .FirstOrDefault(value => value is not null);

    // Spreadsheets leave blanks around headers, which nobody sees.
    private Dictionary<string, object?> Columns => _columns ??= Read();

    private Dictionary<string, object?> Read()
    {
        var columns = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        var cells = Table is not null
            ? Table.Keys.Cast<object>().Select(key => (Name: key.ToString()!, Value: Table[key]))
            : (_object?.Properties ?? Enumerable.Empty<PSPropertyInfo>()).Where(property => property.IsGettable).Select(property => (property.Name, Safe(property)));
        foreach (var (name, value) in cells)
        {
            columns.TryAdd(name.Trim(), value);
        }

        return columns;
    }

    // A property of somebody else's class may throw when it is read; then it is no column.
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
