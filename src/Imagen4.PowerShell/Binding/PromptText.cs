using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Refuses text that is not a prompt: lines of a CSV table or of JSON, and paths of files. Each would be paid for.</summary>
/// <param name="command">The command, by whose location paths are found.</param>
/// <param name="columns">Every name a column can have.</param>
internal sealed class PromptText(PSCmdlet command, IEnumerable<string> columns)
{
    private const int LongestPath = 1024;

    // How the prompts in a file are read, by its ending.
    private static readonly Dictionary<string, string> Readers = new(StringComparer.OrdinalIgnoreCase)
    {
        [".csv"] = "Import-Csv {0}",
        [".tsv"] = "Import-Csv {0} -Delimiter \"`t\"",
        [".json"] = "Get-Content {0} -Raw | ConvertFrom-Json",
        [".jsonl"] = "Get-Content {0} | ConvertFrom-Json",
        [".ndjson"] = "Get-Content {0} | ConvertFrom-Json",
        [".txt"] = "Get-Content {0}",
        [""] = "Get-Content {0}",
    };

    private readonly DataText _data = new(columns);
    private bool _isFirst = true;

    /// <summary>Looks at a text that is to be a prompt.</summary>
    /// <param name="row">The number of its row, from 1.</param>
    /// <param name="text">The text.</param>
    /// <returns>Why it is none, and whether all that follows is none either; null where it may be one.</returns>
    public (InvalidInputException Error, bool IsForAll)? Refuse(int row, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var isFirst = _isFirst;
        _isFirst = false;
        if (isFirst && _data.DelimiterOf(text) is { } delimiter)
        {
            return (Data(CommandMessages.PromptIsTable, row, text, Delimiter(delimiter)), true);
        }

        if (_data.IsJson(text))
        {
            return (Data(CommandMessages.PromptIsJson, row, text, DataText.IsPart(text) ? " -Raw" : ""), isFirst);
        }

        if (DataText.IsPrinted(text))
        {
            return (Data(CommandMessages.PromptIsPrinted, row, text, ""), false);
        }

        return NotAFile(row, text.Trim()) is { } error ? (error, false) : null;
    }

    private static InvalidInputException Data(string template, int row, string text, string options) =>
        new(template.With(PlainText.Brief(DataText.FirstLine(text)), options, CommandMessages.PromptAsRecord)) { Row = row };

    private static string Delimiter(char delimiter) => delimiter switch
    {
        ',' => "",
        '\t' => " -Delimiter \"`t\"",
        _ => $" -Delimiter '{delimiter}'",
    };

    // A word may be the name of a file as well: only what looks like a path, or has an ending, is taken for one.
    private InvalidInputException? NotAFile(int row, string text)
    {
        if (OutputPath.IsWrittenAsPath(text) && !IsFile(text) && !Readers.ContainsKey(Path.GetExtension(text) is { Length: > 0 } known ? known : ":"))
        {
            return new InvalidInputException(CommandMessages.PromptIsDirectory.With(PlainText.Brief(text),
                CommandMessages.PromptAsRecord)) { Row = row };
        }

        var ending = Path.GetExtension(text);
        if (text.Length > LongestPath
            || text.AsSpan().ContainsAny('\r', '\n')
            || (ending.Length == 0 && !text.AsSpan().ContainsAny('/', '\\')))
        {
            return null;
        }

        var hasReader = Readers.TryGetValue(ending, out var reader);
        if (IsFile(text))
        {
            var quoted = $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
            var read = hasReader ? CommandMessages.PromptFileRead.With(reader!.With(quoted)) : "";
            return new InvalidInputException(CommandMessages.PromptIsFile.With(PlainText.Brief(text), read,
                CommandMessages.PromptAsRecord)) { Row = row };
        }

        return hasReader && ending.Length > 0 && ending != ".txt" && !text.Any(char.IsWhiteSpace)
            ? new InvalidInputException(CommandMessages.PromptIsNoFile.With(PlainText.Brief(text),
                CommandMessages.PromptAsRecord)) { Row = row }
            : null;
    }

    private bool IsFile(string text)
    {
        try
        {
            var path = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(text, out var provider, out _);
            return provider.Name == "FileSystem" && File.Exists(path);
        }
        catch (Exception error) when (error is RuntimeException or ArgumentException or NotSupportedException)
        {
            // A colon makes a drive of the words before it.
            return false;
        }
    }
}
