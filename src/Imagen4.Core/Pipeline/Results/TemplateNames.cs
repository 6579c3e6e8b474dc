using Imagen4.Core.Ledger;
using Imagen4.Core.Media;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>
/// Names by a template that the user has given: each image has the one it gets. The ledger keeps whose it is, so that a request whose
/// file was deleted does not take the next one of that name for its own.
/// </summary>
/// <param name="template">The template.</param>
/// <param name="folder">Where the images go.</param>
/// <param name="ledger">Where names are kept.</param>
/// <param name="entry">The ledger's entry of the request.</param>
/// <param name="values">What names are made of.</param>
internal sealed class TemplateNames(
    FileNameTemplate template, OutputFolder folder, ILedger ledger, LedgerEntry entry, FileNameValues values) : IFileNames
{
    /// <summary>Receives why the ledger could not be used.</summary>
    public required Action<LedgerUnavailableException> Unrecorded { get; init; }

    /// <inheritdoc/>
    public async ValueTask<string> FirstAsync(int image, MediaType type, CancellationToken cancellation)
    {
        var file = template.Expand(values, image, type);
        if (!template.UsesRequestId)
        {
            try
            {
                await ClaimAsync(image, file, template.Expand(values, image)).ConfigureAwait(false);
            }
            catch (LedgerUnavailableException error)
            {
                Unrecorded(error);
            }
        }

        return file;
    }

    /// <inheritdoc/>
    public ValueTask<string?> NextAsync(int image, MediaType type, string taken, CancellationToken cancellation) =>
        ValueTask.FromResult<string?>(null);

    private async Task ClaimAsync(int image, string file, string name)
    {
        if (await ledger.OwnerOfNameAsync(folder.RealPath, name).ConfigureAwait(false) is { } owner && owner.LedgerId != entry.LedgerId
            && owner.Delivery?.Images.FirstOrDefault(other => other.Path is { } path && folder.Within(path) == file) is { } saved)
        {
            if (!folder.Overwrites && SavedFile.Exists(saved.Path))
            {
                // It is in the way, and stays where it is.
                return;
            }

            await ledger.TakeFileAsync(owner, folder.RealPath, saved.Index, saved.Path).ConfigureAwait(false);
        }

        // Nothing is kept of a request that is not known here.
        if (await ledger.FileNamesAsync(entry, folder.RealPath).ConfigureAwait(false) is not null)
        {
            var names = new Dictionary<int, string> { [image] = RequestFiles.ByTemplate(name) };
            _ = await ledger.NameFilesAsync(entry, folder.RealPath, names, isReplacing: true).ConfigureAwait(false);
        }
    }
}
