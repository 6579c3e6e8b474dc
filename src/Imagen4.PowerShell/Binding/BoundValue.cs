using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Text.Json.Nodes;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Takes PowerShell's wrapping off a value, so that below the cmdlets nobody has to know it.</summary>
internal static class BoundValue
{
    /// <summary>The value itself; nothing for PowerShell's own "nothing".</summary>
    public static object? Plain(object? value) => value switch
    {
        null => null,
        PSObject { BaseObject: PSCustomObject } record => record,
        PSObject wrapped => Plain(wrapped.BaseObject),
        _ when value == AutomationNull.Value => null,
        _ => value,
    };

    /// <summary>The text of a value; where its class throws instead, what kind of value it is.</summary>
    public static string? Text(object? value)
    {
        try
        {
            return Plain(value) is { } plain ? Convert.ToString(plain, CultureInfo.InvariantCulture) : null;
        }
#pragma warning disable CA1031 // It is somebody else's code, and one record must not end a batch.
        catch (Exception)
#pragma warning restore CA1031
        {
            return ValueName.Of(Plain(value));
        }
    }

    /// <summary>The value as it was written on the command line, where PowerShell has read a text such as 007 or 1d as a number.</summary>
    public static object? AsWritten(object? value) =>
        value is PSObject { BaseObject: IFormattable number } written && written.ToString() is var text
        && text != number.ToString(null, CultureInfo.InvariantCulture) ? text : value;

    /// <summary>Whether the value is a list, of whatever kind.</summary>
    public static bool IsList(object? value) => Plain(value) is IList;

    /// <summary>The items of a list of any kind; whatever else is given is one item.</summary>
    public static IEnumerable<object?> List(object? value) => Plain(value) is IList several ? several.Cast<object?>() : [value];

    /// <summary>The value as the cell of an input without a parameter: lists become JSON too.</summary>
    /// <param name="row">The number of the row, from 1.</param>
    /// <param name="name">The input's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="ofFile">The text that stands for a file.</param>
    /// <exception cref="InvalidInputException">It is an object that cannot be JSON.</exception>
    public static object? InputCell(int row, string name, object? value, Func<FileSystemInfo, string>? ofFile = null) =>
        IsList(value) || (ofFile is not null && Plain(value) is FileSystemInfo)
            ? new JsonCell(row, name, ofFile).Of(value)
            : Cell(row, name, value, ofFile);

    /// <summary>The value as a cell: hashtables and objects become JSON.</summary>
    /// <param name="row">The number of the row, from 1.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="ofFile">The text that stands for a file, where files can be in it.</param>
    /// <exception cref="InvalidInputException">It is an object that cannot be JSON.</exception>
    public static object? Cell(int row, string name, object? value, Func<FileSystemInfo, string>? ofFile = null) => Plain(value) switch
    {
        _ when name is nameof(ImagenInputs.ImagePath) => ImageCell(row, name, value, file => file.FullName),
        _ when name is nameof(ImagenInputs.ImageUri) => ImageCell(row, name, value, ofFile: null),
        IDictionary or PSObject => new JsonCell(row, name, ofFile).Of(value),
        SwitchParameter given => given.IsPresent,
        var plain => plain,
    };

    private static object? ImageCell(int row, string name, object? value, Func<FileSystemInfo, string>? ofFile) => Plain(value) switch
    {
        ImagenFile or ImagenImage => new JsonArray(new JsonCell(row, name, ofFile).Of(value)),
        FileSystemInfo or PathInfo when ofFile is not null => new JsonArray(new JsonCell(row, name, ofFile).Of(value)),
        IList => new JsonCell(row, name, ofFile).Of(value),

        // What is a file as a whole is not a list: FullName of a file object may have a semicolon in it.
        string path when ofFile is not null && path.Contains(';', StringComparison.Ordinal) && Path.IsPathRooted(path) && File.Exists(path) =>
            new JsonArray(path),
        var plain => plain,
    };
}
