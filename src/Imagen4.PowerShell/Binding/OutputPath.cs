using System.Management.Automation;
using System.Text.RegularExpressions;
using Imagen4.Core.Gallery;
using Imagen4.Core.Media;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Turns what the user says about saving into a folder, by PowerShell's own rules for paths.</summary>
internal static partial class OutputPath
{
    /// <summary>The folder, or null when nothing is to be saved.</summary>
    /// <exception cref="InvalidInputException">It is no folder of the file system, or there is none for the other parameters.</exception>
    public static OutputFolder? Bind(PSCmdlet command, string? directory, string? fileName, bool force, bool sidecar)
    {
        if (directory is null && !command.MyInvocation.BoundParameters.ContainsKey("OutputDirectory"))
        {
            var lonely = force ? "-Force" : fileName is not null ? "-FileName" : sidecar ? "-Sidecar" : null;
            return lonely is null ? null : throw new InvalidInputException(CommandMessages.FileNameNeedsOutputDirectory.With(lonely))
            {
                NextCommand = CommandMessages.AdviceNeedsDirectory,
            };
        }

        // An unset variable in a script must not turn saving into something else.
        if (string.IsNullOrWhiteSpace(directory))
        {
            throw new InvalidInputException(CommandMessages.OutputDirectoryEmpty);
        }

        try
        {
            var path = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(directory, out var provider, out _);
            return provider.Name != "FileSystem"
                ? throw new InvalidInputException(CommandMessages.OutputDirectoryNotFileSystem.With(PlainText.Brief(directory)))
                : ImageFolder.IsImage(path) && !Directory.Exists(path) ? throw IsImage(directory, isNamed: fileName is not null, command.MyInvocation.ExpectingInput)
                : new OutputFolder(path, force);
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ArgumentException)
        {
            throw new InvalidInputException(CommandMessages.OutputDirectoryNotFileSystem.With(PlainText.Brief(directory)), error);
        }
    }

    /// <summary>Whether a text is written as the path of a directory, or is the name of one: no prompt, but what was meant as one.</summary>
    public static bool IsPath(PSCmdlet command, string text) =>
        IsWrittenAsPath(text) || (text.Trim() is { Length: > 0 } name && IsDirectory(command, name));

    /// <summary>Whether a text is written as a path, and as nothing else: <c>./out</c>, <c>~/out</c>, <c>/data/out</c>.</summary>
    public static bool IsWrittenAsPath(string text)
    {
        var path = text.Trim();
        return path is "." or ".." or "~" || (path.Length > 1 && !path.Any(char.IsWhiteSpace) && WrittenPath().IsMatch(path));
    }

    /// <summary>Whether a directory of that name is there.</summary>
    public static bool IsDirectory(PSCmdlet command, string name)
    {
        try
        {
            var path = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(name, out var provider, out _);
            return provider.Name == "FileSystem" && Directory.Exists(path);
        }
        catch (Exception error) when (error is RuntimeException or ArgumentException or NotSupportedException)
        {
            // A colon makes a drive of the words before it.
            return false;
        }
    }

    private static InvalidInputException IsImage(string path, bool isNamed, bool isBatch)
    {
        var end = path.AsSpan().LastIndexOfAny('/', '\\');
        var directory = end < 0 ? "." : path[..Math.Max(end, 1)];
        var name = Path.GetFileNameWithoutExtension(path[(end + 1)..]) + (isBatch ? "-{Index}" : "");
        return new InvalidInputException(CommandMessages.OutputDirectoryIsImage.With(PlainText.Brief(path)))
        {
            NextCommand = CommandMessages.AdviceDirectoryAndName.With(
                Written(directory), isNamed ? "" : $" -FileName {Written(name)}", Written(path)),
        };
    }

    private static string Written(string text) => text == "." ? text : CommandText.Argument(text);

    [GeneratedRegex(@"^(\.{0,2}|~|[A-Za-z]:)[/\\]", RegexOptions.CultureInvariant)]
    private static partial Regex WrittenPath();
}
