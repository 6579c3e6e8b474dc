using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Tells whose a file is by what is in it: names and links change, and two requests may have had one name after the other. A file that a
/// user has changed stays the request's own.
/// </summary>
/// <param name="stored">The requests as they are kept.</param>
internal sealed class SavedFiles(StoredRequests stored)
{
    /// <summary>Whether the file of an image is there and is not another request's by now.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> IsOwnAsync(string ledgerId, ImagenImage image, CancellationToken cancellation)
    {
        if (SavedFile.Find(image.Path) is not { Length: > 0 } file)
        {
            return false;
        }

        // Nobody has written to it since.
        if (file.Length == image.FileSize && file.LastWriteTimeUtc == image.SavedAt)
        {
            return true;
        }

        var digest = await DigestAsync(file, cancellation).ConfigureAwait(false);
        return digest is null || digest == image.Sha256
            || await stored.OfImageAsync(digest, cancellation).ConfigureAwait(false) is var owners
                && (owners.Count == 0 || owners.Exists(owner => owner.LedgerId == ledgerId));
    }

    /// <summary>Whether a file is there and has an image of a request of another row.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> IsOthersAsync(string ledgerId, string? row, string path, CancellationToken cancellation) =>
        SavedFile.Find(path) is { } file
        && await DigestAsync(file, cancellation).ConfigureAwait(false) is { } digest
        && (await stored.OfImageAsync(digest, cancellation).ConfigureAwait(false))
            .Exists(owner => owner.LedgerId != ledgerId && (row is null || owner.Row != row));

    /// <summary>The SHA-256 of a file, in hexadecimal digits; null where it is empty or cannot be read.</summary>
    public static async Task<string?> DigestAsync(FileInfo file, CancellationToken cancellation)
    {
        // To open a pipe would be to wait for whoever writes to it; its length is 0.
        if (file.Length == 0)
        {
            return null;
        }

        try
        {
            var stream = UnlockedFile.Open(file.FullName);
            await using (stream.ConfigureAwait(false))
            {
                return await FileHash.Sha256Async(stream, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
