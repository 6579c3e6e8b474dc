using System.Runtime.CompilerServices;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>What a ledger knows of submissions: by what they are known by, and lists of them.</summary>
/// <param name="stored">The requests as they are kept.</param>
/// <param name="location">Where they are, as a user would name it.</param>
internal abstract class LedgerLookup(StoredRequests stored, string location)
{
    private const int MostAlike = 20;

    /// <summary>Whose the files are that images were saved to.</summary>
    protected SavedFiles Files { get; } = new(stored);

    /// <summary>Where it is, as a user would name it.</summary>
    public string Location => location;

    /// <summary>The newest submission of a row, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    /// <exception cref="SubmissionInDoubtException">It is there and cannot be read.</exception>
    public async Task<LedgerRequest?> FindRowAsync(RowIdentity row, CancellationToken cancellation) =>
        Intact(await stored.FindRowAsync(row.Row, row.Subject, MostAlike, cancellation).ConfigureAwait(false), row);

    /// <summary>A submission by the ledger's own id, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<LedgerRequest?> FindAsync(string ledgerId, CancellationToken cancellation) =>
        IsId(ledgerId) ? Of(await stored.FindAsync(ledgerId, cancellation).ConfigureAwait(false)) : null;

    /// <summary>Whether every image of a delivered request is in a directory, or below it.</summary>
    /// <param name="known">The request.</param>
    /// <param name="directory">The directory, with its links resolved; null for wherever they are.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> HasFilesAsync(LedgerRequest known, string? directory, CancellationToken cancellation)
    {
        if (known is not { Step: RequestState.Delivered, Delivery.Images: { Count: > 0 } images })
        {
            return false;
        }

        foreach (var image in images)
        {
            if (!RowRules.IsIn(image, directory) || !await Files.IsOwnAsync(known.LedgerId, image, cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the file of an image is there and is not another request's by now.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public ValueTask<bool> IsOwnFileAsync(string ledgerId, ImagenImage image, CancellationToken cancellation) =>
        Files.IsOwnAsync(ledgerId, image, cancellation);

    /// <summary>The submissions of a row, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<LedgerRequest>> FindGenerationsAsync(string row, CancellationToken cancellation) =>
        All(await stored.FindGenerationsAsync(row, cancellation).ConfigureAwait(false));

    /// <summary>The newest submissions of a row whatever its directory, and the newest ones with its input, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<LedgerRequest>> FindAlikeAsync(RowIdentity row, CancellationToken cancellation) =>
        All(await stored.FindAlikeAsync(row.Subject, row.InputHash, MostAlike, cancellation).ConfigureAwait(false));

    /// <summary>The newest submissions, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<LedgerRequest>> FindNewestAsync(int most, CancellationToken cancellation) =>
        All(await stored.FindNewestAsync(most, cancellation).ConfigureAwait(false));

    /// <summary>The submissions with a host's id, oldest first: several hosts may have given the same.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<IReadOnlyList<LedgerRequest>> FindByRequestIdAsync(string requestId, CancellationToken cancellation) =>
        All(await stored.FindByRequestIdAsync(requestId, cancellation).ConfigureAwait(false));

    /// <summary>Whether several hosts have given that id, so that it does not say alone which request is meant.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> IsAtSeveralAsync(string requestId) =>
        (await FindByRequestIdAsync(requestId, CancellationToken.None).ConfigureAwait(false)).DistinctBy(known => known.BaseAddress).Skip(1).Any();

    /// <summary>
    /// The newest submission with a host's id, or null: at the host's address, whatever its provider was called, else by the provider's
    /// name. The names of providers have no case, the ids of hosts have.
    /// </summary>
    /// <param name="baseAddress">The base address in its normal form; null where it is not known.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="requestId">The host's id.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<LedgerRequest?> FindByRequestIdAsync(
        string? baseAddress, string provider, string requestId, CancellationToken cancellation)
    {
        var found = All(await stored.FindByRequestIdAsync(requestId, cancellation).ConfigureAwait(false));
        return found.FindLast(known => known.BaseAddress is { } address && address == baseAddress)
            ?? found.FindLast(known => known.Provider.Equals(provider, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// The submissions that are wanted, in the order of their claims, and whether each is the newest of its row. They are read page by
    /// page, as they are asked for.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async IAsyncEnumerable<(LedgerRequest Known, bool IsNewest)> ListAsync(
        LedgerQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var (request, hasNewer) in stored.ListAsync(query, cancellation).ConfigureAwait(false))
        {
            yield return (new LedgerRequest(request, location), !hasNewer);
        }
    }

    /// <summary>What is there as a batch begins.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<BatchStart> BeginAsync(CancellationToken cancellation)
    {
        var incarnation = stored.Incarnation;
        return new(
            await stored.NewestAsync(cancellation).ConfigureAwait(false),
            (await stored.OwnedAsync(cancellation).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal),
            incarnation);
    }

    /// <summary>Makes sure that the ledger is the one with which a batch began: an empty one in its place would have rows paid for again.</summary>
    /// <exception cref="LedgerUnavailableException">It was deleted, moved or replaced meanwhile.</exception>
    public void RequireSame(BatchStart start)
    {
        if (stored.Incarnation != start.Incarnation)
        {
            throw new LedgerUnavailableException(Messages.LedgerReplaced.With(location));
        }
    }

    /// <summary>Whether a submission was not there, or was worked on, when a batch began.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<bool> IsSinceAsync(BatchStart start, LedgerRequest known, CancellationToken cancellation) =>
        start.WorkedOn.Contains(known.LedgerId)
            || await stored.IsNewerAsync(known.LedgerId, start.Newest, cancellation).ConfigureAwait(false);

    /// <summary>What is kept of the result of a host's request: its description, and what reads a piece of an image; or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<(byte[] Description, Func<int, int, CancellationToken, Task<byte[]?>> Image)?> ResultAsync(
        string address, string requestId, CancellationToken cancellation) =>
        await stored.ResultAsync(address, requestId, cancellation).ConfigureAwait(false) is { } found
            ? (found.Item1, (number, piece, token) => stored.ImageAsync(found.Item2, number, piece, token))
            : null;

    /// <summary>The file that a host's storage has, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<StoredUpload?> FindUploadAsync(UploadPlace place, CancellationToken cancellation) =>
        stored.FindUploadAsync(place, cancellation);

    private List<LedgerRequest> All(IReadOnlyList<StoredRequest> found) => [.. found.Select(one => new LedgerRequest(one, location))];

    private static bool IsId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigit);

    /// <summary>A submission as the rest of the code knows it; null for none.</summary>
    protected LedgerRequest? Of(StoredRequest? found) => found is null ? null : new LedgerRequest(found, location);

    // Each row is found by two indexes, looked at in one moment: one that is damaged must not make it look like a new one.
    private LedgerRequest? Intact(FoundRow found, RowIdentity row) => found.Newest is { } newest
        ? newest.IsDamaged || newest.Row == row.Row ? new LedgerRequest(newest, location) : throw Damaged(newest)
        : found.Alike.FirstOrDefault(alike => alike.IsDamaged || alike.Row == row.Row) is { } missed ? throw Damaged(missed) : null;

    /// <summary>Makes sure that a submission is not damaged.</summary>
    protected void RequireIntact(LedgerRequest known)
    {
        if (known.IsDamaged)
        {
            throw Damaged(known.Stored);
        }
    }

    private SubmissionInDoubtException Damaged(StoredRequest found) => LedgerErrors.Damaged(location, found.LedgerId);
}
