using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Where the steps of a row are written down: the intent before its POST, the answer before it is acted upon.
/// A step that cannot be written stops the row before anything is paid for.
/// </summary>
internal interface ILedger
{
    /// <summary>Writes one step; when it returns, the step is written.</summary>
    ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation);

    /// <summary>
    /// Writes that a host has accepted a request and has answered with its result, which it says once: both are written, or neither.
    /// </summary>
    /// <returns>The id it is kept under: the host's, with a number behind it where another result of that host has it.</returns>
    ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result);

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
    /// <returns>The names that they have; null where another request has one of these.</returns>
    ValueTask<IReadOnlyDictionary<int, string>?> NameFilesAsync(
        LedgerEntry entry, string directory, IReadOnlyDictionary<int, string> names, bool isReplacing) =>
        ValueTask.FromResult<IReadOnlyDictionary<int, string>?>(names);

    /// <summary>The request whose image has a name in a directory, as a default name or by a template; null where none has.</summary>
    /// <param name="directory">The directory, with its links resolved.</param>
    /// <param name="name">The path within the directory, without its extension.</param>
    ValueTask<LedgerRequest?> OwnerOfNameAsync(string directory, string name) => ValueTask.FromResult<LedgerRequest?>(null);

    /// <summary>
    /// Takes a file from the request that it was saved for, because another one is about to be saved under its name: the request is
    /// without it then, and whoever wants its image fetches it again.
    /// </summary>
    /// <param name="owner">The request, as it was seen.</param>
    /// <param name="directory">The directory, with its links resolved.</param>
    /// <param name="image">The number of its image.</param>
    /// <param name="path">The path under which the image was saved; null where only its name is taken.</param>
    ValueTask TakeFileAsync(LedgerRequest owner, string directory, int image, string? path) => ValueTask.CompletedTask;
}
