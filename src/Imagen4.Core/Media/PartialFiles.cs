namespace Imagen4.Core.Media;

/// <summary>
/// Files that are still being written: hidden, named after what they belong to, and locked by the process that writes them for as
/// long as it does. One that is not locked was left by a process that was killed.
/// </summary>
internal static class PartialFiles
{
    private const string Ending = ".partial";
    private const string Probe = "probe";
    private const int MostAttempts = 3;

    /// <summary>A unique path for one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="owner">What it belongs to, as a safe part of a name.</param>
    public static string NewPath(string folder, string owner) => Path.Combine(folder, $".{owner}.{Guid.NewGuid():N}{Ending}");

    /// <summary>Creates one. Its lock holds until the file is closed; it can be renamed meanwhile.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created.</exception>
    public static FileStream Create(string folder, string owner) => Create(folder, owner, FileOptions.Asynchronous);

    /// <summary>Creates one that shows that the folder can be written to. It is gone when it is closed.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be created.</exception>
    public static FileStream CreateProbe(string folder) => Create(folder, Probe, FileOptions.DeleteOnClose);

    /// <summary>Removes the probes that killed processes left.</summary>
    public static void RemoveLeftProbes(string folder) => RemoveLeft(folder, Probe);

    /// <summary>Removes those that killed processes left.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <param name="owners">What they belonged to.</param>
    public static void RemoveLeft(string folder, params IReadOnlyCollection<string> owners)
    {
        try
        {
            var options = new EnumerationOptions { AttributesToSkip = FileAttributes.None };
            var found = Directory.EnumerateFiles(folder, $".*{Ending}", options).Where(path => owners.Contains(OwnerOf(path))).ToList();
            if (found.Count > 0 && HasLocks(folder))
            {
                found.ForEach(RemoveIfLeft);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // There is no such folder, or no right to clean it up; nothing in these files is needed.
        }
    }

    private static FileStream Create(string folder, string owner, FileOptions options)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = NewPath(folder, owner);
            try
            {
                return new FileStream(
                    path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 4096, options);
            }
            catch (IOException) when (attempt < MostAttempts && Directory.Exists(folder))
            {
                // Another process that removes leftovers had it open between its creation and its lock.
            }
        }
    }

    private static string OwnerOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return name.LastIndexOf('.') is > 0 and var dot && Guid.TryParseExact(name.AsSpan(dot + 1), "N", out _) ? name[1..dot] : "";
    }

    // Where locks are switched off, or the file system has none, nobody can tell what a living process is writing.
    private static bool HasLocks(string folder)
    {
        using var probe = CreateProbe(folder);
        try
        {
            using var second = Lock(probe.Name, FileOptions.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static void RemoveIfLeft(string path)
    {
        try
        {
            Lock(path, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody is writing it.
        }
    }

    private static FileStream Lock(string path, FileOptions options) =>
        new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, options);
}
