using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Binding;

/// <summary>Turns what the user says of local files into full paths, by PowerShell's own rules.</summary>
/// <param name="command">The command whose location paths are relative to.</param>
internal sealed class FilePaths(PSCmdlet command)
{
    /// <summary>The full path of a file that may be there or not.</summary>
    /// <exception cref="InvalidInputException">It is not a path of the file system.</exception>
    public string Literal(string path)
    {
        try
        {
            var full = command.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name == "FileSystem" ? full : throw Refused(path);
        }
        catch (Exception error) when (error is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException
            or NotSupportedException or ArgumentException)
        {
            throw Refused(path, error);
        }
    }

    /// <summary>
    /// The full path of a file on a drive of this machine. To open a share that a record names would offer the user's password to
    /// whatever machine that is.
    /// </summary>
    /// <exception cref="InvalidInputException">It is not a path of the file system, or a share's.</exception>
    public string OnThisMachine(string path) =>
        Literal(path) is var full && OperatingSystem.IsWindows() && (full.StartsWith(@"\\", StringComparison.Ordinal)
            || full.StartsWith("//", StringComparison.Ordinal))
            ? throw new InvalidInputException(CommandMessages.PathOnOtherMachine.With(PlainText.Brief(path)))
            : full;

    /// <summary>The full paths of the files that a path with wildcards stands for; there may be none. Directories are left out.</summary>
    /// <exception cref="InvalidInputException">It is not a path of the file system.</exception>
    public IReadOnlyList<string> Matching(string path)
    {
        // The name of a file may have brackets in it, with or without the marks that say so.
        if (File.Exists(Literal(path)))
        {
            return [Literal(path)];
        }

        if (!WildcardPattern.ContainsWildcardCharacters(path))
        {
            return [Literal(WildcardPattern.Unescape(path))];
        }

        try
        {
            var found = command.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider);
            return provider.Name == "FileSystem" ? [.. found.Where(File.Exists)] : throw Refused(path);
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
        catch (WildcardPatternException error)
        {
            throw Refused(path, error);
        }
    }

    private static InvalidInputException Refused(string path, Exception? error = null) =>
        new(CommandMessages.PathNotFileSystem.With(PlainText.Brief(path)), error);
}
