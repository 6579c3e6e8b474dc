using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Where the steps of a row are written down: the intent before its POST, the answer before it is acted upon.
/// A step that cannot be written stops the row before anything is paid for.
/// </summary>
internal interface ILedger
{
    /// <summary>Whether it is told prompts, and what hosts make of them. Where it is not, rows are known by the hash of their input.</summary>
    bool KeepsPrompts => true;

    /// <summary>Writes one step; when it returns, the step is written.</summary>
    ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation);

    /// <summary>
    /// Writes that a host has accepted a request and has answered with its result, which it says once: both are written, or neither.
    /// </summary>
    /// <returns>The id it is kept under: the host's, with a number behind it where another result of that host has it.</returns>
    ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result);

    /// <summary>Whether several hosts have given that id, so that it does not say alone which request is meant.</summary>
    ValueTask<bool> IsAtSeveralAsync(string requestId) => ValueTask.FromResult(false);

    /// <summary>Whether another request at the same address has that id.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="requestId">The id.</param>
    ValueTask<bool> IsOthersRequestAsync(LedgerEntry entry, string requestId) => ValueTask.FromResult(false);

    /// <summary>The names that the images of a request have in a directory, by their number; without extensions.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="directory">The directory, with its links resolved.</param>
    /// <returns>The names; null where the request is not known here, so that nothing is kept of it.</returns>
    ValueTask<IReadOnlyDictionary<int, string>?> FileNamesAsync(LedgerEntry entry, string directory) =>
        ValueTask.FromResult<IReadOnlyDictionary<int, string>?>(null);

    /// <summary>
    /// Gives images of a request their names in a directory, all or none: no other request has any of them then. Where another process
    /// has named them before, they have the names that it gave them.
    /// </summary>
    /// <param name="entry">The request.</param>
    /// <param name="directory">The directory, with its links resolved.</param>
    /// <param name="names">The names by the numbers of the images, without extensions.</param>
    /// <param name="isReplacing">Whether these images have names there that something else has on disk.</param>
    /// <param name="overwrites">Whether names of earlier requests of the row, which have ended, are taken from them.</param>
    /// <returns>The names that they have; null where another request has one of these.</returns>
    ValueTask<IReadOnlyDictionary<int, string>?> NameFilesAsync(
        LedgerEntry entry, string directory, IReadOnlyDictionary<int, string> names, bool isReplacing, bool overwrites) =>
        ValueTask.FromResult<IReadOnlyDictionary<int, string>?>(names);

    /// <summary>
    /// Writes down the bytes of an image before a file of them appears: whoever finds the file later knows whose it is.
    /// </summary>
    /// <param name="entry">The request.</param>
    /// <param name="sha256">The SHA-256 of the image, in hexadecimal digits.</param>
    ValueTask NoteSavedAsync(LedgerEntry entry, string sha256) => ValueTask.CompletedTask;

    /// <summary>Whether the file of an image is there and is not another request's by now.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="image">Its image.</param>
    /// <param name="cancellation">Stops it.</param>
    ValueTask<bool> IsOwnFileAsync(LedgerEntry entry, ImagenImage image, CancellationToken cancellation) =>
        ValueTask.FromResult(SavedFile.Exists(image.Path));

    /// <summary>Whether a file is there and has an image of a request of another row.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops it.</param>
    ValueTask<bool> IsOthersFileAsync(LedgerEntry entry, string path, CancellationToken cancellation) => ValueTask.FromResult(false);
}
