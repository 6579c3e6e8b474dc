using System.Management.Automation;
using Imagen4.Core.Gallery;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Commands;

/// <content>Which of the bare arguments is the prompt, and which the output directory.</content>
public sealed partial class NewImagenImageCommand
{
    // Whoever pipes rows in writes the directory where the prompt would be; and of a prompt without quotes, the second word is no
    // directory.
    private void SortArguments()
    {
        if (MyInvocation.ExpectingInput && OutputDirectory is null && IsPositional(nameof(Prompt))
            && BoundValue.Plain(Prompt) is string text && OutputPath.IsPath(this, text))
        {
            (OutputDirectory, Prompt) = (text, null);
            return;
        }

        if (IsPositional(nameof(OutputDirectory)) && OutputDirectory is { } directory
            && directory.AsSpan().IndexOfAny("/\\:~") < 0 && directory is not ("." or "..") && !ImageFolder.IsImage(directory)
            && BoundValue.Plain(Prompt)?.ToString()?.Any(char.IsWhiteSpace) != true && !OutputPath.IsDirectory(this, directory))
        {
            throw new InvalidInputException(CommandMessages.SecondArgumentNoDirectory.With(
                PlainText.Brief(directory), CommandText.Argument($"./{directory}"), CommandText.Argument(directory)))
            {
                NextCommand = $"New-ImagenImage {CommandText.Quoted($"{BoundValue.Plain(Prompt)} {directory}")} ./out",
            };
        }
    }

    // The engine knows, and tells scripts as $PSBoundParameters.BoundPositionally.
    private bool IsPositional(string parameter) =>
        PSObject.AsPSObject(MyInvocation.BoundParameters).Properties["BoundPositionally"]?.Value is IEnumerable<string> names
        && names.Contains(parameter, StringComparer.OrdinalIgnoreCase);
}
