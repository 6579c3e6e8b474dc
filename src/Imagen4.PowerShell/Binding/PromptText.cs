using System.Management.Automation;
using System.Text.RegularExpressions;
using Imagen4.Core.Input;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Refuses what is not a prompt: lines of a CSV table or of JSON, and paths of files and folders. Each would be paid for.</summary>
/// <param name="command">The command, by whose location paths are found.</param>
/// <param name="columns">Every name a column can have.</param>
/// <param name="generate">The command with what it was given besides: it is the end of every pipeline that is advised.</param>
internal sealed partial class PromptText(PSCmdlet command, IEnumerable<string> columns, string generate)
{
    private const int LongestPath = 1024;
    private const string ImportTable = "Import-Csv FILE{0}";
    private const string ReadBehindBlank = "(Get-Content FILE -Raw).TrimStart() | ConvertFrom-Csv";
    private const string ReadJson = "Get-Content FILE{0} | ConvertFrom-Json";

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
    private bool _isTemplateSaid;

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
            return (Data(CommandMessages.PromptIsTable, row, text, Generate(ImportTable.With(Delimiter(delimiter)))), true);
        }

        if (_data.IsJson(text))
        {
            return (Data(CommandMessages.PromptIsJson, row, text, Generate(ReadJson.With(DataText.IsPart(text) ? " -Raw" : ""))), isFirst);
        }

        if (DataText.IsPrinted(text))
        {
            return (Data(CommandMessages.PromptIsPrinted, row, text, Generate(ImportTable.With(""))), false);
        }

        return NotAFile(row, text.Trim()) is { } error ? (error, false) : null;
    }

    /// <summary>
    /// Looks at a record whose table may have been read with another delimiter, so that it has one column, which is the header; or whose
    /// file begins with a blank line, so that its columns have no names but those that PowerShell makes up.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <returns>Why it is not a row, and none of those that follow; null where it may be one.</returns>
    public InvalidInputException? RefuseTable(Record record)
    {
        if (record.IsRows && record.Names.Any() && record.Names.All(name => MadeUp().IsMatch(name)))
        {
            var behind = Generate(ReadBehindBlank);
            return new InvalidInputException(CommandMessages.TableHasNoHeader.With(string.Join(", ", record.Names), behind)) { NextCommand = behind };
        }

        if (!record.IsRows || record.Names.Take(2).ToList() is not [var header]
            || !header.AsSpan().ContainsAny(";,\t|") || _data.DelimiterOf(header) is not { } delimiter)
        {
            return null;
        }

        var command = Generate(ImportTable.With(Delimiter(delimiter)));
        return new InvalidInputException(CommandMessages.TableHasOtherDelimiter.With(PlainText.Brief(header), command))
        {
            NextCommand = command,
        };
    }

    /// <summary>Looks at a prompt that is to be paid for, and may be meant as a template. Braces are legal: it is said once.</summary>
    /// <param name="row">The number of its row, from 1.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="isPiped">Whether it came down the pipeline.</param>
    /// <returns>What the user should know; null for nothing.</returns>
    public string? Notice(int row, string prompt, bool isPiped)
    {
        if (_isTemplateSaid || Alternatives().Match(prompt) is not { Success: true } alternatives)
        {
            return null;
        }

        _isTemplateSaid = true;
        var text = PlainText.Brief(prompt) == prompt ? CommandText.Quoted(prompt) : "PROMPT";
        var command = Generate(isPiped ? "... | Expand-ImagenPrompt" : $"Expand-ImagenPrompt {text}");
        return CommandMessages.PromptIsTemplate.With(row, PlainText.Brief(alternatives.Value), command);
    }

    // As in a template of Expand-ImagenPrompt, where a backslash makes a brace a brace.
    [GeneratedRegex(@"(?<!\\)\{[^{}]*\w[^{}]*\|[^{}]*\}|(?<!\\)\{[^{}]*\|[^{}]*\w[^{}]*\}")]
    private static partial Regex Alternatives();

    [GeneratedRegex("^H[0-9]+$")]
    private static partial Regex MadeUp();

    private string Generate(string rows) => $"{rows} | {generate}";

    private static InvalidInputException Data(string template, int row, string text, string command) =>
        new(template.With(PlainText.Brief(DataText.FirstLine(text)), command, CommandMessages.PromptAsRecord))
        {
            Row = row, NextCommand = command,
        };

    private static string Delimiter(char delimiter) => delimiter switch
    {
        ',' => "",
        '\t' => " -Delimiter \"`t\"",
        _ => $" -Delimiter '{delimiter}'",
    };

    // A word may be the name of a folder as well: one that does not look like a path is a prompt.
    private InvalidInputException? NotAFile(int row, string text)
    {
        if (text.Length > LongestPath || text.AsSpan().ContainsAny('\r', '\n'))
        {
            return null;
        }

        var hasReader = Readers.TryGetValue(Path.GetExtension(text), out var reader);
        if (FullPath(text) is { } path)
        {
            if (File.Exists(path))
            {
                var command = hasReader ? Generate(reader!.With(CommandText.Quoted(text))) : null;
                var read = command is null ? "" : CommandMessages.PromptFileRead.With(command);
                return new InvalidInputException(
                    CommandMessages.PromptIsFile.With(PlainText.Brief(text), read, CommandMessages.PromptAsRecord))
                {
                    Row = row, NextCommand = command,
                };
            }

            if (!OutputPath.IsWrittenAsPath(text) && text.AsSpan().ContainsAny('/', '\\') && Directory.Exists(path))
            {
                return new InvalidInputException(
                    CommandMessages.PromptIsFolder.With(PlainText.Brief(text), CommandMessages.PromptAsRecord)) { Row = row };
            }
        }

        var ending = Path.GetExtension(text);
        if (OutputPath.IsWrittenAsPath(text) && !(hasReader && ending.Length > 0))
        {
            return new InvalidInputException(
                CommandMessages.PromptIsDirectory.With(PlainText.Brief(text), CommandMessages.PromptAsRecord)) { Row = row };
        }

        return hasReader && ending.Length > 0 && ending != ".txt" && !text.Any(char.IsWhiteSpace)
            ? new InvalidInputException(CommandMessages.PromptIsNoFile.With(PlainText.Brief(text),
                CommandMessages.PromptAsRecord)) { Row = row }
            : null;
    }

    private string? FullPath(string text)
    {
        try
        {
            var path = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(text, out var provider, out _);
            return provider.Name == "FileSystem" ? path : null;
        }
        catch (Exception error) when (error is RuntimeException or ArgumentException or NotSupportedException)
        {
            // A colon makes a drive of the words before it.
            return null;
        }
    }
}
