using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>The files that images of requests are saved to, so that no two requests have one.</summary>
/// <param name="store">The ledger's store.</param>
internal sealed class RequestFiles(LedgerStore store)
{
    /// <summary>
    /// The name by a template, as it is recorded: a path from the directory. Default names have no slash, so neither is taken for the
    /// other.
    /// </summary>
    public static string ByTemplate(string name) => '/' + name.Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The names that the images of a request have in a directory, by their number.</summary>
    public async ValueTask<IReadOnlyDictionary<int, string>?> FindAsync(string ledgerId, string directory) =>
        await store.FileNamesAsync(ledgerId, directory, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Gives images of a request their names in a directory, all or none.</summary>
    /// <returns>The names that they have; null where another request has one of these.</returns>
    public async ValueTask<IReadOnlyDictionary<int, string>?> NameAsync(
        string ledgerId, string directory, IReadOnlyDictionary<int, string> names, bool isReplacing)
    {
        var made = await store.NameFilesAsync(ledgerId, directory, names, isReplacing).ConfigureAwait(false);
        if (names.Keys.All(made.ContainsKey))
        {
            return made;
        }

        // All or none: what another request has one of is not a set of names.
        await store.UnnameFilesAsync(ledgerId, directory, names.Where(name => made.GetValueOrDefault(name.Key) == name.Value)
            .Select(name => name.Key)).ConfigureAwait(false);
        return null;
    }

    /// <summary>The request whose image has a name in a directory, whoever gave it the name; or null.</summary>
    public async ValueTask<LedgerRequest?> OwnerAsync(string directory, string name) =>
        await store.OwnerOfNameAsync(directory, name, ByTemplate(name), CancellationToken.None).ConfigureAwait(false) is { } owner
            ? new LedgerRequest(owner, store.Location)
            : null;

    /// <summary>Takes a name from an image of a request, and its path if that is still the one that was seen.</summary>
    public async ValueTask TakeAsync(LedgerRequest owner, string directory, int image, string? path)
    {
        for (var seen = owner.Stored;
            path is not null && new LedgerRequest(seen, store.Location) is { Delivery: { } delivery, IsDamaged: false };)
        {
            if (delivery.Images.FirstOrDefault(known => known.Index == image && known.Path == path) is not { } taken)
            {
                break;
            }

            taken.Path = null;
            var next = seen.Progress with { Delivery = LedgerJson.Write(delivery, LedgerJson.Plain.LedgerResult) };
            if (await store.AdvanceAsync(seen, next).ConfigureAwait(false) is not null
                || await store.FindAsync(seen.LedgerId, CancellationToken.None).ConfigureAwait(false) is not { } now)
            {
                break;
            }

            seen = now;
        }

        await store.UnnameFilesAsync(owner.LedgerId, directory, [image]).ConfigureAwait(false);
    }
}
