using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>Where settings are kept between sessions.</summary>
public static class StateFolder
{
    /// <summary>The variable that moves it.</summary>
    public const string Variable = "IMAGEN4_HOME";

    /// <summary>The folder: <c>IMAGEN4_HOME</c>, else the platform's own place for a user's state. It may not exist yet.</summary>
    /// <exception cref="InvalidInputException"><c>IMAGEN4_HOME</c> is no full path: the next current directory would be a new ledger.</exception>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } moved)
            {
                return Full(moved);
            }

            if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
            {
                return System.IO.Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Imagen4");
            }

            // XDG Base Directory Specification 0.8: state goes to $XDG_STATE_HOME; a relative one is to be ignored.
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            return System.IO.Path.IsPathRooted(state)
                ? System.IO.Path.Combine(state, "imagen4")
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "imagen4");
        }
    }

    // Shells expand ~ only where it is not quoted.
    private static string Full(string path)
    {
        var full = path is ['~'] or ['~', '/' or '\\', ..]
            ? System.IO.Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[1..])
            : path;
        return System.IO.Path.IsPathFullyQualified(full)
            ? System.IO.Path.GetFullPath(full)
            : throw new InvalidInputException(Messages.StateFolderNotFull.With(PlainText.Brief(path)));
    }

    /// <summary>Creates it, for its user alone; one that is there already stays as it is.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created.</exception>
    internal static void Create() => OwnFile.CreateFolder(Path);
}
