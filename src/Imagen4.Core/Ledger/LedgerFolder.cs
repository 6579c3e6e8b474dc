using Imagen4.Core.Settings;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The files of a ledger: <c>seg</c> has one segment a process, <c>claim</c> one file for each piece of work somebody has taken,
/// <c>own</c> one lock for each process that writes.
/// </summary>
/// <param name="home">The state folder.</param>
internal sealed class LedgerFolder(string home)
{
    private const string SegmentEnding = ".jsonl";

    /// <summary>The folder of this version of the format.</summary>
    public string Root { get; } = Path.Combine(home, "v1");

    /// <summary>Where segments are.</summary>
    public string Segments => Path.Combine(Root, "seg");

    /// <summary>Where claims are.</summary>
    public string Claims => Path.Combine(Root, "claim");

    /// <summary>Where the locks of owners are.</summary>
    public string Owners => Path.Combine(Root, "own");

    /// <summary>The lock that only one process has while it rewrites segments.</summary>
    public string CompactionLock => Path.Combine(Root, "compact.lock");

    /// <summary>The lock of a process.</summary>
    public string OwnerLock(string owner) => Path.Combine(Owners, owner + ".lock");

    /// <summary>The segment of a process. Its number counts the segments it has begun.</summary>
    public string Segment(string owner, int number) => Path.Combine(Segments, $"{owner}.{number:D4}{SegmentEnding}");

    /// <summary>The process a segment is named after.</summary>
    public static string OwnerOf(string segment) => Path.GetFileName(segment).Split('.')[0];

    /// <summary>The claim on a row.</summary>
    public string Claim(string row, int number) => Path.Combine(Claims, $"{row}.{number}");

    /// <summary>Every segment there is.</summary>
    /// <exception cref="LedgerUnavailableException">The folder cannot be read.</exception>
    public IReadOnlyList<string> FindSegments()
    {
        try
        {
            return Directory.GetFiles(Segments, "*" + SegmentEnding);
        }
        catch (DirectoryNotFoundException) when (!File.Exists(home))
        {
            return [];
        }
        catch (DirectoryNotFoundException error)
        {
            throw new LedgerUnavailableException(Messages.StateFolderIsFile.With(home), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(Messages.LedgerUnreadable.With(Segments, error.Message), error);
        }
    }

    /// <summary>Creates the folders, so that they are still there after a power failure.</summary>
    public void Create()
    {
        OwnFile.CreateFolder(home);
        foreach (var folder in (string[])[Segments, Claims, Owners])
        {
            Directory.CreateDirectory(folder);
        }

        DirectorySync.Flush(Root);
    }
}
