using Imagen4.Core.Input;
using Microsoft.VisualBasic.FileIO;

namespace BatchFromCSharp;

/// <summary>Reads a CSV with the runtime's own reader, which knows quotes and line breaks inside cells.</summary>
internal static class CsvFile
{
    /// <summary>The records, their cells under the parameters' names; the API's own spellings are taken as well.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, object?>> Read(string path)
    {
        using var parser = new TextFieldParser(path) { TextFieldType = FieldType.Delimited, Delimiters = [","], TrimWhiteSpace = false };
        var names = (parser.ReadFields() ?? []).Select(Parameter).ToArray();
        while (parser.ReadFields() is { } fields)
        {
            yield return names.Zip(fields).ToDictionary(cell => cell.First, cell => (object?)cell.Second, StringComparer.OrdinalIgnoreCase);
        }
    }

    private static string Parameter(string header) =>
        InputField.All.FirstOrDefault(field => field.Name.Equals(header.Trim(), StringComparison.OrdinalIgnoreCase))?.Parameter ?? header.Trim();
}
