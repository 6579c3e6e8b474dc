namespace Imagen4.Conventions;

/// <summary>Finds files of the repository from wherever the tests run.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>The folder with the solution.</summary>
    public static string Root => Found.Value;

    /// <summary>The full path of a file of the repository.</summary>
    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Imagen4.PowerShell.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
