using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Core.Ledger.Store;

/// <summary>What is in a ledger: requests by what they are known by, and lists of them.</summary>
/// <param name="database">The database.</param>
internal abstract class StoredRequests(ILedgerDatabase database)
{
    private const int PageLength = 500;

    private long _version;

    /// <summary>The database.</summary>
    protected ILedgerDatabase Database { get; } = database;

    /// <summary>Changes when what was written is gone, and another one is begun in its place.</summary>
    public int Incarnation => Database.Incarnation;

    /// <summary>Reads it.</summary>
    protected StoreReader Reader { get; } = new(database);

    /// <summary>The answer that is kept under a name, and the number its images are kept under; or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<Tuple<byte[], long>?> ResultAsync(string address, string name, CancellationToken cancellation) => Reader.ReadOneAsync(
        LedgerQueries.SyncResult(address, name), reader => Tuple.Create((byte[])reader.GetValue(0), reader.GetInt64(1)), cancellation);

    /// <summary>A piece of an image of an answer that is kept, from 0; null behind the last, and where there is no image.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<byte[]?> ImageAsync(long request, int number, int piece, CancellationToken cancellation) => Reader.ReadOneAsync(
        LedgerQueries.Image(request, number, piece), reader => (byte[])reader.GetValue(0), cancellation);

    /// <summary>The file that a host's storage has, or null; null too where what is kept of it is damaged: it goes up again.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<StoredUpload?> FindUploadAsync(UploadPlace place, CancellationToken cancellation) =>
        (await Reader.ReadAsync(LedgerQueries.Upload(place), reader => ReadUpload(place, reader), cancellation).ConfigureAwait(false))
            .SingleOrDefault();

    /// <summary>The number of the newest request; 0 where there is none.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<long> NewestAsync(CancellationToken cancellation) =>
        (await Reader.ReadAsync(LedgerQueries.Newest, reader => reader.GetInt64(0), cancellation).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>The newest requests, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<StoredRequest>> FindNewestAsync(int most, CancellationToken cancellation) =>
        Reader.ReadAsync(LedgerQueries.NewestOfAll(most), RequestColumns.Read, cancellation);

    /// <summary>Whether a request is newer than one of a number.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<bool> IsNewerAsync(string ledgerId, long number, CancellationToken cancellation) =>
        (await Reader.ReadAsync(LedgerQueries.IsNewer(ledgerId, number), _ => true, cancellation).ConfigureAwait(false)).Count > 0;

    /// <summary>The ledger's ids of the requests that somebody works on, or did when it ended.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<string>> OwnedAsync(CancellationToken cancellation) =>
        Reader.ReadAsync(LedgerQueries.Owned, reader => Convert.ToHexStringLower((byte[])reader.GetValue(0)), cancellation);

    /// <summary>When an owner began to work on a request; null where that is not known.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<long?> HeldSinceAsync(string ledgerId, long owner, CancellationToken cancellation) =>
        (await Reader.ReadAsync(LedgerQueries.HeldSince(ledgerId, owner), reader =>
            reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0), cancellation)
            .ConfigureAwait(false)).SingleOrDefault();

    /// <summary>A request by the ledger's own id, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<StoredRequest?> FindAsync(string ledgerId, CancellationToken cancellation) =>
        Reader.ReadOneAsync(LedgerQueries.ByLedgerId(ledgerId), RequestColumns.Read, cancellation);

    /// <summary>The newest request of a row; where there is none, those that are alike, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<FoundRow> FindRowAsync(string row, string subject, int most, CancellationToken cancellation) =>
        FoundRow.Of(await Reader.ReadAsync(LedgerQueries.NewestOfRow(row, subject, most), Found(), cancellation).ConfigureAwait(false));

    /// <summary>The newest request of a row, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<StoredRequest?> FindRowAsync(string row, CancellationToken cancellation) =>
        Reader.ReadOneAsync(LedgerQueries.NewestOfRow(row), RequestColumns.Read, cancellation);

    /// <summary>The requests of a row, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<StoredRequest>> FindGenerationsAsync(string row, CancellationToken cancellation) =>
        Reader.ReadAsync(LedgerQueries.OfRow(row), RequestColumns.Read, cancellation);

    /// <summary>The newest requests of a row whatever its directory, and the newest ones with its input, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<StoredRequest>> FindAlikeAsync(string subject, string inputHash, int most, CancellationToken cancellation) =>
        Reader.ReadAsync(LedgerQueries.Alike(subject, inputHash, most), RequestColumns.Read, cancellation);

    /// <summary>The requests that have saved an image of these bytes, and their rows; no row of one that was forgotten.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<List<(string LedgerId, string? Row)>> OfImageAsync(string sha256, CancellationToken cancellation) =>
        await HasAsync(LedgerSchema.WithImages, cancellation).ConfigureAwait(false)
            ? await Reader.ReadAsync(
                LedgerQueries.OfImage(sha256),
                reader => (
                    Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(0)),
                    reader.IsDBNull(1) ? null : Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(1))),
                cancellation).ConfigureAwait(false)
            : [];

    /// <summary>The names that the images of a request have in a directory, by their number.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<Dictionary<int, string>> FileNamesAsync(string ledgerId, string directory, CancellationToken cancellation) =>
        await HasAsync(LedgerSchema.WithNames, cancellation).ConfigureAwait(false)
            ? (await Reader.ReadAsync(
                    LedgerQueries.FileNames(ledgerId, directory),
                    reader => KeyValuePair.Create((int)reader.GetInt64(0), reader.GetString(1)),
                    cancellation)
                .ConfigureAwait(false)).DistinctBy(name => name.Key).ToDictionary()
            : [];

    // An older ledger is read as it is, until somebody writes to it.
    private async ValueTask<bool> HasAsync(int version, CancellationToken cancellation)
    {
        if (_version < version)
        {
            _version = (await Reader.ReadAsync(
                new Statement(Database.SelectVersion),
                reader => Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture),
                cancellation).ConfigureAwait(false)).SingleOrDefault();
        }

        return _version >= version;
    }

    /// <summary>Requests by the host's id, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<StoredRequest>> FindByRequestIdAsync(string requestId, CancellationToken cancellation) =>
        Reader.ReadAsync(LedgerQueries.ByRequestId(requestId), RequestColumns.Read, cancellation);

    /// <summary>Requests in the order of their claims, and whether the row has a newer one. They are read in pages, so that a
    /// ledger of any size can be listed.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or a request is damaged.</exception>
    public async IAsyncEnumerable<(StoredRequest Request, bool HasNewer)> ListAsync(
        LedgerQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<(long Id, bool HasNewer, StoredRequest Request)> page;
        for (ListPlace? after = ListPlace.Start; after is not null; after = NextPage(page, after))
        {
            page = await Reader.ReadAsync(LedgerQueries.Page(query, after, PageLength), Listed, cancellation).ConfigureAwait(false);
            foreach (var (_, hasNewer, request) in page)
            {
                yield return (request, hasNewer);
            }
        }
    }

    /// <summary>The steps of a request, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<RequestStep>> StepsAsync(string ledgerId, CancellationToken cancellation) => Reader.ReadAsync(
        LedgerQueries.Steps(ledgerId),
        reader => new RequestStep(
            reader.GetInt64(0), (RequestState)reader.GetInt64(1), (int)reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetInt64(3)),
        cancellation);

    /// <summary>The process that works on requests under a number, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<LedgerOwner?> FindOwnerAsync(long owner, CancellationToken cancellation) => Reader.ReadOneAsync(
        LedgerQueries.Owner(owner),
        reader => new LedgerOwner(reader.GetInt64(0), reader.GetString(1), (int)reader.GetInt64(2), reader.GetInt64(3)),
        cancellation);

    private static StoredUpload? ReadUpload(UploadPlace place, DbDataReader reader)
    {
        try
        {
            var upload = new StoredUpload(place with { ContentType = reader.GetString(3) }, reader.GetString(0), reader.GetInt64(1));
            return reader.GetInt64(2) == RequestChecksum.OfUpload(upload) ? upload : null;
        }
        catch (Exception error) when (error is InvalidCastException or InvalidOperationException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    // Those that are alike matter only where the row itself is not found: they may be many, and their prompts long.
    private static Func<DbDataReader, (bool IsAlike, StoredRequest? Request)> Found()
    {
        var isFound = false;
        return reader =>
        {
            var isAlike = Convert.ToInt64(reader.GetValue(RequestColumns.Count), CultureInfo.InvariantCulture) != 0;
            isFound |= !isAlike;
            return (isAlike, isAlike && isFound ? null : RequestColumns.Read(reader));
        };
    }

    // Null at the end, which is also where damage would lead back to what has been read.
    private static ListPlace? NextPage(List<(long Id, bool HasNewer, StoredRequest Request)> page, ListPlace after)
    {
        if (page.Count < PageLength)
        {
            return null;
        }

        var (id, _, last) = page[^1];
        return (last.Started, (long)last.Index, id).CompareTo((after.Started, after.Index, after.Id)) > 0
            ? new ListPlace(last.Started, last.Index, id)
            : null;
    }

    private static (long Id, bool HasNewer, StoredRequest Request) Listed(DbDataReader reader) =>
        (reader.GetInt64(RequestColumns.Count), Convert.ToBoolean(reader.GetValue(RequestColumns.Count + 1), CultureInfo.InvariantCulture),
            RequestColumns.Read(reader));
}
