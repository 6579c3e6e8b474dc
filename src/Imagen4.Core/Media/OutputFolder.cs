using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>The folder a batch saves to. Files appear in it whole, under their final name, or not at all.</summary>
/// <param name="path">The full path; it need not exist.</param>
/// <param name="force">Whether a file in the way is overwritten.</param>
public sealed class OutputFolder(string path, bool force)
{
    private readonly Lock _lock = new();
    private readonly ClaimedPaths _claimed = new();
    private readonly Dictionary<string, string> _published = new(StringComparer.OrdinalIgnoreCase);
    private bool _prepared;
    private string? _real;

    /// <summary>Whether a file in the way is overwritten.</summary>
    internal bool Overwrites => force;

    /// <summary>The full path.</summary>
    public string FullPath { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>
    /// The name that is the same for all ways to write the path. It is looked up once: what is created later changes nothing.
    /// </summary>
    internal string RealPath => _real ??= Media.RealPath.Of(FullPath);

    /// <summary>Checks the path of the folder without creating it.</summary>
    /// <exception cref="InvalidInputException">A file is in its place, or a link that leads nowhere.</exception>
    public void Check()
    {
        if (new FileInfo(FullPath).LinkTarget is { } target && !Path.Exists(RealPath))
        {
            throw new InvalidInputException(Messages.OutputDirectoryLinkBroken.With(FullPath, PlainText.Brief(target)))
            {
                Parameter = "OutputDirectory",
            };
        }

        if (File.Exists(FullPath))
        {
            throw new InvalidInputException(Messages.OutputDirectoryIsFile.With(FullPath)) { Parameter = "OutputDirectory" };
        }
    }

    /// <summary>Creates the folder and makes sure it can be written to, once, before anything is paid for.</summary>
    /// <exception cref="InvalidInputException">It cannot be.</exception>
    public void Prepare()
    {
        lock (_lock)
        {
            if (_prepared)
            {
                return;
            }

            Check();
            try
            {
                Directory.CreateDirectory(FullPath);
                PartialFiles.RemoveLeftProbes(FullPath);
                PartialFiles.CreateProbe(FullPath).Dispose();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                // What is said of a path that cannot exist is said of a file that nobody asked for.
                throw new InvalidInputException(
                    error is FileNotFoundException or DirectoryNotFoundException
                        ? Messages.OutputDirectoryNotCreated.With(FullPath)
                        : Messages.OutputDirectoryUnusable.With(FullPath, error.Message),
                    error);
            }

            _prepared = true;
        }
    }

    /// <summary>Reserves the file names of one row of this batch, all or none, before its images are paid for.</summary>
    /// <param name="isNew">Whether the row has not been submitted before: then a file of its name is somebody else's.</param>
    /// <param name="names">The names, without their extensions.</param>
    /// <param name="files">Every file that may be written under them.</param>
    /// <exception cref="FileExistsException">A file of that name is there already, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">
    /// Another row of this batch has a name, or a file would be where a folder is, or a folder where a file is.
    /// </exception>
    internal void Claim(bool isNew, IReadOnlyList<string> names, IReadOnlyList<string> files)
    {
        foreach (var subfolder in names.Select(Path.GetDirectoryName).OfType<string>().Where(name => name.Length > 0).Distinct())
        {
            RequireSubfolder(subfolder);
        }

        // First: the file that is there may be the one of the other row.
        _claimed.Add(names, files);
        if (!isNew)
        {
            return;
        }

        if (files.Select(At).FirstOrDefault(Directory.Exists) is { } directory)
        {
            _claimed.Remove(names, files);
            throw new InvalidInputException(Messages.FileNameIsDirectory.With(directory));
        }

        if (!force && files.Select(At).FirstOrDefault(File.Exists) is { } existing)
        {
            _claimed.Remove(names, files);
            throw new FileExistsException(Messages.FileExistsBefore.With(existing)) { File = existing };
        }
    }

    /// <summary>The full path of a file within the folder.</summary>
    internal string At(string file) => Path.Combine(FullPath, file);

    /// <summary>Whether an image, what is written beside one, or a folder of another row has that name already.</summary>
    /// <param name="name">The name, without an extension.</param>
    internal bool Has(string name) => MediaType.Extensions.Select(extension => name + extension).Any(file =>
        _claimed.IsFolder(file) || _claimed.IsFolder(Sidecar.PathOf(file)) || Path.Exists(At(file)) || Path.Exists(Sidecar.PathOf(At(file))));

    /// <summary>The path of a file within the folder; null for one that is elsewhere.</summary>
    internal string? Within(string path)
    {
        var within = Path.GetRelativePath(FullPath, path);
        if (Path.IsPathRooted(within) || within.Split(Path.DirectorySeparatorChar)[0] == "..")
        {
            within = Path.GetRelativePath(RealPath, path);
        }

        return Path.IsPathRooted(within) || within.Split(Path.DirectorySeparatorChar)[0] == ".." ? null : within;
    }

    /// <summary>A unique path for a file that is still being written; it is hidden.</summary>
    /// <param name="owner">What it belongs to.</param>
    internal string Draft(string owner) => PartialFiles.NewPath(FullPath, SafeFileName.Whole(owner));

    /// <summary>Creates a file for an image that is still being fetched.</summary>
    /// <param name="owner">What it belongs to.</param>
    internal FileStream CreateDraft(string owner) => PartialFiles.Create(FullPath, SafeFileName.Whole(owner));

    /// <summary>Removes what processes that were killed left of a request's images. What a living process is writing stays.</summary>
    internal void RemoveLeft(string requestId) => PartialFiles.RemoveLeft(FullPath, SafeFileName.Whole(requestId));

    /// <summary>Gives a finished file its final name. The same bytes under that name are no other file: they stay.</summary>
    /// <param name="draft">The finished file.</param>
    /// <param name="final">The full path.</param>
    /// <param name="sha256">The SHA-256 of the finished file, in hexadecimal digits.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    /// <returns>False where the same bytes were there already; the draft keeps its own name then.</returns>
    /// <exception cref="FileExistsException">Another file is in the way, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">The subfolder leads out of the folder.</exception>
    internal async Task<bool> PublishAsync(string draft, string final, string sha256, CancellationToken cancellation)
    {
        CreateSubfolder(final);
        if (force)
        {
            RequireNew(final, sha256);
            var isReplaced = File.Exists(final);
            await BusyFile.ReplaceAsync(draft, final, cancellation).ConfigureAwait(false);
            if (isReplaced)
            {
                // It tells of the image that was there.
                await BusyFile.DeleteAsync(Sidecar.PathOf(final)).ConfigureAwait(false);
            }

            return true;
        }

        if (await ExclusiveRename.TryMoveAsync(draft, final, cancellation).ConfigureAwait(false))
        {
            return true;
        }

        return await IsSameAsync(final, new FileInfo(draft).Length, sha256, cancellation).ConfigureAwait(false)
            ? false
            : throw new FileExistsException(Messages.FileExists.With(final));
    }

    // What was there before is overwritten, not what this batch has just saved: two rows may have been given one id.
    private void RequireNew(string final, string sha256)
    {
        lock (_lock)
        {
            if (!_published.TryAdd(final, sha256) && _published[final] != sha256)
            {
                throw new FileExistsException(Messages.FileNameTwiceSaved.With(final));
            }
        }
    }

    private void CreateSubfolder(string final)
    {
        if (Path.GetDirectoryName(Within(final)) is { Length: > 0 } subfolder)
        {
            RequireSubfolder(subfolder);
            _ = Directory.CreateDirectory(At(subfolder));
        }
    }

    // A link between the folder and the file could lead anywhere.
    private void RequireSubfolder(string subfolder)
    {
        if (!Media.RealPath.IsWithin(Media.RealPath.Of(At(subfolder)), RealPath))
        {
            throw new InvalidInputException(Messages.FileNameLeadsOut.With(subfolder, FullPath));
        }

        for (var folder = subfolder; folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(At(folder)))
            {
                throw new InvalidInputException(Messages.OutputDirectoryIsFile.With(At(folder)));
            }
        }
    }

    // Of a link, that of what it leads to.
    private static long Length(string path) =>
        File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo target ? target.Length : new FileInfo(path).Length;

    private static async Task<bool> IsSameAsync(string path, long length, string sha256, CancellationToken cancellation)
    {
        // To open a pipe would be to wait for whoever writes to it; its length is 0.
        if (!SavedFile.Exists(path) || Length(path) != length)
        {
            // A folder of that name, a link that leads nowhere, or another file.
            return false;
        }

        // Whoever has just saved it may not have closed it yet.
        var existing = UnlockedFile.Open(path);
        await using (existing.ConfigureAwait(false))
        {
            return await FileHash.Sha256Async(existing, cancellation).ConfigureAwait(false) == sha256;
        }
    }
}
