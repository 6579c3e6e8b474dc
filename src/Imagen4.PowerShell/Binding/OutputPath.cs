using System.Management.Automation;
using Imagen4.Core.Media;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Turns what the user says about saving into a folder, by PowerShell's own rules for paths.</summary>
internal static class OutputPath
{
    /// <summary>The folder, or null when nothing is to be saved.</summary>
    /// <exception cref="InvalidInputException">It is no folder of the file system, or there is none for the other parameters.</exception>
    public static OutputFolder? Bind(PSCmdlet command, string? directory, string? fileName, bool force)
    {
        if (directory is null && !command.MyInvocation.BoundParameters.ContainsKey("OutputDirectory"))
        {
            var lonely = force ? "-Force" : fileName is not null ? "-FileName" : null;
            return lonely is null ? null : throw new InvalidInputException(CommandMessages.FileNameNeedsOutputDirectory.With(lonely));
        }

        // An unset variable in a script must not turn saving into something else.
        if (string.IsNullOrWhiteSpace(directory))
        {
            throw new InvalidInputException(CommandMessages.OutputDirectoryEmpty);
        }

        try
        {
            var path = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(directory, out var provider, out _);
            return provider.Name == "FileSystem"
                ? new OutputFolder(path, force)
                : throw new InvalidInputException(CommandMessages.OutputDirectoryNotFileSystem.With(PlainText.Brief(directory)));
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw new InvalidInputException(CommandMessages.OutputDirectoryNotFileSystem.With(PlainText.Brief(directory)), error);
        }
    }
}
