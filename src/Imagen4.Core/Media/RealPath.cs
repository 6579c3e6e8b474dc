using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>
/// The one name of a folder that can be written in several ways: without links, and each part in the file system's own spelling
/// where that takes several for the same. Whether it does is seen from what is there: a folder of its own may be mounted anywhere.
/// </summary>
/// <param name="exists">Whether there is something at a path.</param>
/// <param name="entries">The names in a folder.</param>
/// <param name="link">Where a link points to; null for what is not a link.</param>
internal sealed class RealPath(Func<string, bool> exists, Func<string, IEnumerable<string>> entries, Func<string, string?> link)
{
    // As many links as operating systems follow; more are a loop.
    private const int MostLinks = 40;

    private static readonly RealPath OfThisMachine = new(Path.Exists, Entries, Link);

    /// <summary>The one name of a folder. What does not exist yet is named as it will be created.</summary>
    /// <param name="fullPath">A full path.</param>
    public static string Of(string fullPath) => OfThisMachine.Resolve(fullPath);

    /// <summary>Whether a folder is another one, or within it. Both are named as they are here.</summary>
    public static bool IsWithin(string folder, string other) => folder == other
        || folder.StartsWith(Path.TrimEndingDirectorySeparator(other) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The one name of a folder.</summary>
    public string Resolve(string fullPath)
    {
        var (real, links) = (Root(fullPath), 0);
        var pending = new Stack<string>(Parts(fullPath).Reverse());
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var path = Path.Combine(real, Spelling(real, part));
            if (link(path) is not { } target)
            {
                real = path;
                continue;
            }

            if (++links > MostLinks)
            {
                return fullPath;
            }

            real = Path.IsPathRooted(target) ? Root(target) : real;
            foreach (var further in Parts(target).Reverse())
            {
                pending.Push(further);
            }
        }

        return real;
    }

    // Drives and servers have no case on any system.
    private static string Root(string path) => (Path.GetPathRoot(path) ?? "").ToUpperInvariant();

    private static IEnumerable<string> Parts(string path) => path[(Path.GetPathRoot(path) ?? "").Length..]
        .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part != ".");

    private string Spelling(string folder, string name)
    {
        // Where no other spelling leads anywhere, there is nothing to choose from, and no need to list the folder.
        if (!exists(Path.Combine(folder, name)) || !Others(name).Any(other => exists(Path.Combine(folder, other))))
        {
            return name;
        }

        var same = entries(folder).Where(entry => Folded(entry) == Folded(name)).ToList();
        return same.Contains(name) ? name : same.FirstOrDefault() ?? name;
    }

    private static IEnumerable<string> Others(string name) => new[]
    {
        name.ToUpperInvariant(),
        name.ToLowerInvariant(),
        Composed(name),
        NormalForm.Of(name, NormalizationForm.FormD),
    }.Where(other => other != name).Distinct();

    private static string Folded(string name) => Composed(name).ToUpperInvariant();

    private static string Composed(string name) => NormalForm.Of(name, NormalizationForm.FormC);

    private static IEnumerable<string> Entries(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? Link(string path)
    {
        try
        {
            return new DirectoryInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
