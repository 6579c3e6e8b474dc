using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <content>What is no text: file objects, and records in the place of a prompt.</content>
internal sealed partial class PromptText
{
    /// <summary>Looks at a file object that came down the pipeline.</summary>
    /// <param name="row">The number of its row, from 1.</param>
    /// <param name="file">The file.</param>
    /// <returns>The error that says how the prompts in it are read; null where it has none.</returns>
    public InvalidInputException? RefuseFile(int row, FileInfo file) =>
        Readers.ContainsKey(file.Extension) ? NotAFile(row, file.FullName) : null;

    /// <summary>Refuses records in the place of a prompt: a table that was not piped.</summary>
    /// <param name="rows">The records, as they are written; null where that is not known.</param>
    public InvalidInputException RefuseRecords(string? rows)
    {
        var pipeline = Generate(rows ?? "...");
        return new InvalidInputException(CommandMessages.PromptIsRecords.With(pipeline)) { NextCommand = pipeline };
    }
}
