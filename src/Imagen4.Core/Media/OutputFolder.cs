using System.Security.Cryptography;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Media;

/// <summary>The folder a batch saves to. Files appear in it whole, under their final name, or not at all.</summary>
/// <param name="path">The full path; it need not exist.</param>
/// <param name="force">Whether a file in the way is overwritten.</param>
public sealed class OutputFolder(string path, bool force)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _published = new(StringComparer.OrdinalIgnoreCase);
    private bool _prepared;
    private string? _real;

    /// <summary>The full path.</summary>
    public string FullPath { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>
    /// The name that is the same for all ways to write the path. It is looked up once: what is created later changes nothing.
    /// </summary>
    internal string RealPath => _real ??= Media.RealPath.Of(FullPath);

    /// <summary>Checks the path of the folder without creating it.</summary>
    /// <exception cref="InvalidInputException">A file is in its place.</exception>
    public void Check()
    {
        if (File.Exists(FullPath))
        {
            throw new InvalidInputException(Messages.OutputDirectoryIsFile.With(FullPath));
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
                throw new InvalidInputException(Messages.OutputDirectoryUnusable.With(FullPath, error.Message), error);
            }

            _prepared = true;
        }
    }

    /// <summary>Reserves the file names of one row of this batch, all or none, before its images are paid for.</summary>
    /// <param name="isNew">Whether the row has not been submitted before: then a file of its name is somebody else's.</param>
    /// <param name="names">The names, without their endings.</param>
    /// <exception cref="FileExistsException">A file of that name is there already, and is not to be overwritten.</exception>
    /// <exception cref="InvalidInputException">Another row of this batch has a name.</exception>
    public void Claim(bool isNew, params IReadOnlyList<string> names)
    {
        var files = names.SelectMany(name => MediaType.Extensions.Select(extension => Final(name, extension)));
        if (isNew && !force && files.FirstOrDefault(File.Exists) is { } existing)
        {
            throw new FileExistsException(Messages.FileExistsBefore.With(existing));
        }

        lock (_lock)
        {
            if (names.FirstOrDefault(_taken.Contains) is { } twice)
            {
                throw new InvalidInputException(Messages.FileNameTwice.With(twice));
            }

            _taken.UnionWith(names);
        }
    }

    /// <summary>The path a file gets.</summary>
    internal string Final(string name, string extension) => Path.Combine(FullPath, name + extension);

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
    /// <param name="final">The name.</param>
    /// <param name="sha256">The SHA-256 of the finished file, in hexadecimal digits.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    /// <returns>False where the same bytes were there already; the draft keeps its own name then.</returns>
    /// <exception cref="FileExistsException">Another file is in the way, and is not to be overwritten.</exception>
    internal async Task<bool> PublishAsync(string draft, string final, string sha256, CancellationToken cancellation)
    {
        lock (_lock)
        {
            // -Force overwrites what was there before, not what this batch has just saved.
            if (!_published.Add(final))
            {
                throw new FileExistsException(Messages.FileNameTwiceSaved.With(final));
            }
        }

        if (force)
        {
            await BusyFile.ReplaceAsync(draft, final, cancellation).ConfigureAwait(false);
            return true;
        }

        if (await ExclusiveRename.TryMoveAsync(draft, final, cancellation).ConfigureAwait(false))
        {
            return true;
        }

        return await IsSameAsync(final, sha256, cancellation).ConfigureAwait(false)
            ? false
            : throw new FileExistsException(Messages.FileExists.With(final));
    }

    private static async Task<bool> IsSameAsync(string path, string sha256, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            // A folder of that name, or a link that leads nowhere.
            return false;
        }

        // Whoever has just saved it may not have closed it yet.
        var share = FileShare.ReadWrite | FileShare.Delete;
        var existing = new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 1, useAsync: true);
        await using (existing.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(existing, cancellation).ConfigureAwait(false)) == sha256;
        }
    }
}
