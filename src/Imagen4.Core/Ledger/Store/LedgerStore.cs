using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// The requests of a ledger: one relational model, whichever database it is in. Every change is decided from the state that
/// was seen and made only if that is still the state, so two processes never both believe that they have made it.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
internal sealed class LedgerStore(ILedgerDatabase database, TimeProvider time) : IAsyncDisposable
{
    private const int PageLength = 500;

    private readonly GroupCommit _writer = new(database);
    private readonly SemaphoreSlim _reading = new(1);
    private readonly SemaphoreSlim _owning = new(1);
    private readonly Lock _looking = new();
    private StoreConnection? _reader;
    private StoreConnection? _looker;
    private int _readerOf;
    private int _lookerOf;
    private Owned? _owner;

    /// <summary>Where it is.</summary>
    public string Location => database.Location;

    /// <summary>This process, as an owner of requests.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written, or locks do not work there.</exception>
    public async Task<LedgerOwner> OwnerAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _owner) is { } known && known.Incarnation == database.Incarnation)
        {
            return known.Owner;
        }

        await _owning.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_owner is not { } there || there.Incarnation != database.Incarnation)
            {
                var incarnation = database.Incarnation;
                _owner = there = new Owned(await AddOwnerAsync(cancellation).ConfigureAwait(false), incarnation);
            }

            return there.Owner;
        }
        finally
        {
            _ = _owning.Release();
        }
    }

    /// <summary>The number of this process as an owner; null where it has not worked on anything yet.</summary>
    public long? OwnerId => Volatile.Read(ref _owner)?.Owner.Id;

    /// <summary>
    /// Gives up being the owner it is: what it could not give back is others' to go on with. Nothing of it may be under way.
    /// </summary>
    public async Task LetGoAsync()
    {
        await _owning.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _owner = null;
            await database.LetGoAsync().ConfigureAwait(false);
        }
        finally
        {
            _ = _owning.Release();
        }
    }

    /// <summary>Claims a row for this process.</summary>
    /// <param name="request">Its next generation; the owner and the times are set here.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    /// <returns>The claimed request; null when somebody else has that generation.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task<StoredRequest?> ClaimAsync(StoredRequest request, CancellationToken cancellation) => ClaimAsync(request, seen: null, cancellation);

    /// <summary>Claims a row for this process.</summary>
    /// <param name="request">Its next generation; the owner and the times are set here.</param>
    /// <param name="seen">The newest request of the row, which must still be as it was seen; null where that does not matter.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    /// <returns>The claimed request; null when somebody else has that generation, or the row has changed.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> ClaimAsync(StoredRequest request, StoredRequest? seen, CancellationToken cancellation)
    {
        var owner = await OwnerAsync(cancellation).ConfigureAwait(false);
        var now = Now();
        var claimed = request with
        {
            Started = now,
            Progress = new RequestProgress { State = RequestState.Claimed, Owner = owner.Id, Updated = now, Steps = 1 },
        };
        var added = LedgerSql.AddStep(claimed.LedgerId, claimed.Progress);
        var changed = seen is null
            ? await _writer.RunAsync(LedgerSql.Claim(claimed, seen), added).ConfigureAwait(false)
            : await _writer.RunAsync(LedgerSql.Hold(seen), LedgerSql.Claim(claimed, seen), added).ConfigureAwait(false);
        return changed[^2] == 1 || await IsAsync(claimed.LedgerId, claimed.Progress).ConfigureAwait(false) ? claimed : null;
    }

    /// <summary>Brings a request to its next state.</summary>
    /// <param name="seen">The request as it was seen.</param>
    /// <param name="next">What it comes to; the step and its time are set here.</param>
    /// <returns>The request as it is now; null when it was no longer as it was seen, and nothing was changed.</returns>
    /// <exception cref="InvalidOperationException">That state cannot follow.</exception>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AdvanceAsync(StoredRequest seen, RequestProgress next)
    {
        if (next.State != seen.Progress.State && !StateTransitions.IsAllowed(seen.Progress.State, next.State))
        {
            throw new InvalidOperationException($"{next.State} cannot follow {seen.Progress.State}.");
        }

        var made = next with { Updated = Now(), Steps = seen.Progress.Steps + 1 };
        var changed = await _writer
            .RunAsync(LedgerSql.Advance(seen.LedgerId, seen.Progress, made), LedgerSql.AddStep(seen.LedgerId, made))
            .ConfigureAwait(false);
        return changed[0] == 1 || await IsAsync(seen.LedgerId, made).ConfigureAwait(false) ? seen with { Progress = made } : null;
    }

    /// <summary>Takes over a request whose owner is gone, or which nobody works on.</summary>
    /// <returns>The request as it is now; null when somebody else was first.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AdoptAsync(StoredRequest seen, CancellationToken cancellation)
    {
        var owner = await OwnerAsync(cancellation).ConfigureAwait(false);
        return await AdvanceAsync(seen, seen.Progress with { Owner = owner.Id }).ConfigureAwait(false);
    }

    /// <summary>Says that this process no longer works on a request.</summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task<StoredRequest?> ReleaseAsync(StoredRequest seen) => AdvanceAsync(seen, seen.Progress with { Owner = null });

    /// <summary>Forgets a request.</summary>
    /// <returns>False when it was no longer as it was seen.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<bool> RemoveAsync(StoredRequest seen)
    {
        var changed = await _writer.RunAsync(LedgerSql.Remove(seen.LedgerId, seen.Progress)).ConfigureAwait(false);
        return changed[0] == 1 || await FindAsync(seen.LedgerId, CancellationToken.None).ConfigureAwait(false) is null;
    }

    /// <summary>Keeps the answer of a host that says it once, together with the step it belongs to: both or neither.</summary>
    /// <returns>
    /// The request as it is now; null when it was no longer as it was seen, or another answer of that host has the name, and nothing was kept.
    /// </returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AcceptWithResultAsync(StoredRequest seen, RequestProgress next, StoredResult result)
    {
        var made = next with { RequestId = result.Name, Updated = Now(), Steps = seen.Progress.Steps + 1 };
        var changed = await _writer
            .RunAsync(
            [
                LedgerSql.KeepResult(seen.LedgerId, seen.Progress, result),
                LedgerSql.Advance(seen.LedgerId, seen.Progress, made, withResult: true),
                LedgerSql.AddStep(seen.LedgerId, made),
                .. result.Images.Select(image => LedgerSql.KeepImage(seen.LedgerId, made, image.Number, image.Bytes)),
            ])
            .ConfigureAwait(false);
        return changed[1] == 1 || await IsAsync(seen.LedgerId, made).ConfigureAwait(false) ? seen with { Progress = made } : null;
    }

    /// <summary>The answer that is kept under a name, and the number its images are kept under; or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<Tuple<byte[], long>?> ResultAsync(string address, string name, CancellationToken cancellation) => ReadOneAsync(
        LedgerSql.SyncResult(address, name), reader => Tuple.Create((byte[])reader.GetValue(0), reader.GetInt64(1)), cancellation);

    /// <summary>The bytes of an image of an answer that is kept, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<byte[]?> ImageAsync(long request, int number, CancellationToken cancellation) => ReadOneAsync(
        LedgerSql.Image(request, number), reader => (byte[])reader.GetValue(0), cancellation);

    /// <summary>The number of the newest request; 0 where there is none.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<long> NewestAsync(CancellationToken cancellation) =>
        (await ReadAllAsync(LedgerSql.Newest, reader => reader.GetInt64(0), cancellation).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>Whether a request is newer than one of a number.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<bool> IsNewerAsync(string ledgerId, long number, CancellationToken cancellation) =>
        (await ReadAllAsync(LedgerSql.IsNewer(ledgerId, number), _ => true, cancellation).ConfigureAwait(false)).Count > 0;

    /// <summary>The ledger's ids of the requests that somebody works on, or did when it ended.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<List<string>> OwnedAsync(CancellationToken cancellation) =>
        ReadAllAsync(LedgerSql.Owned, reader => Convert.ToHexStringLower((byte[])reader.GetValue(0)), cancellation);

    /// <summary>When an owner began to work on a request; null where that is not known.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<long?> HeldSinceAsync(string ledgerId, long owner, CancellationToken cancellation) =>
        (await ReadAllAsync(LedgerSql.HeldSince(ledgerId, owner), reader => reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0), cancellation)
            .ConfigureAwait(false)).SingleOrDefault();

    /// <summary>A request by the ledger's own id, or null; read on this thread.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public StoredRequest? Find(string ledgerId) => ReadAll(LedgerSql.ByLedgerId(ledgerId), LedgerSql.Read).SingleOrDefault();

    /// <summary>The newest request of a row, or null; read on this thread.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public StoredRequest? FindRow(string row) => ReadAll(LedgerSql.NewestOfRow(row), LedgerSql.Read).SingleOrDefault();

    /// <summary>The requests of a row, oldest first; read on this thread.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IReadOnlyList<StoredRequest> FindGenerations(string row) => ReadAll(LedgerSql.OfRow(row), LedgerSql.Read);

    /// <summary>The newest requests of a row whatever its directory, newest first; read on this thread.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IReadOnlyList<StoredRequest> FindSubject(string subject, int most) => ReadAll(LedgerSql.NewestOfSubject(subject, most), LedgerSql.Read);

    /// <summary>Requests by the host's id, oldest first; read on this thread.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IReadOnlyList<StoredRequest> FindByRequestId(string requestId) => ReadAll(LedgerSql.ByRequestId(requestId), LedgerSql.Read);

    /// <summary>Requests in the order of their claims, and whether the row has a newer one; read page by page on this thread.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IEnumerable<(StoredRequest Request, bool HasNewer)> List(LedgerQuery query)
    {
        List<(long Id, bool HasNewer, StoredRequest Request)> page;
        for (ListPlace? after = ListPlace.Start; after is not null; after = NextPage(page, after))
        {
            page = ReadAll(LedgerSql.Page(query, after, PageLength), Listed);
            foreach (var (_, hasNewer, request) in page)
            {
                yield return (request, hasNewer);
            }
        }
    }

    /// <summary>Whether an owner's process still lives, asked on this thread.</summary>
    public bool IsAlive(long owner) => database.IsAlive(owner);

    /// <summary>The lock of an owner of whom it cannot be told whether he lives; else null.</summary>
    public string? UnreadableLock(long owner) => database.UnreadableLock(owner);

    /// <summary>Overwrites what has been forgotten.</summary>
    /// <returns>False where a process that reads keeps it from being overwritten now.</returns>
    public Task<bool> OverwriteForgottenAsync() => database.OverwriteForgottenAsync();

    /// <summary>A request by the ledger's own id, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<StoredRequest?> FindAsync(string ledgerId, CancellationToken cancellation) =>
        ReadOneAsync(LedgerSql.ByLedgerId(ledgerId), LedgerSql.Read, cancellation);

    /// <summary>The newest request of a row, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<StoredRequest?> FindRowAsync(string row, CancellationToken cancellation) =>
        ReadOneAsync(LedgerSql.NewestOfRow(row), LedgerSql.Read, cancellation);

    /// <summary>The newest requests of a row whatever its directory, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IAsyncEnumerable<StoredRequest> FindSubjectAsync(string subject, int most, CancellationToken cancellation) =>
        ReadAsync(LedgerSql.NewestOfSubject(subject, most), LedgerSql.Read, cancellation);

    /// <summary>Requests in the order of their claims. They are read in pages, so that a ledger of any size can be listed.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or a request is damaged.</exception>
    public async IAsyncEnumerable<StoredRequest> ListAsync(LedgerQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<(long Id, bool HasNewer, StoredRequest Request)> page;
        for (ListPlace? after = ListPlace.Start; after is not null; after = NextPage(page, after))
        {
            page = await ReadAllAsync(LedgerSql.Page(query, after, PageLength), Listed, cancellation).ConfigureAwait(false);
            foreach (var (_, _, request) in page)
            {
                yield return request;
            }
        }
    }

    /// <summary>The steps of a request, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IAsyncEnumerable<RequestStep> StepsAsync(string ledgerId, CancellationToken cancellation) => ReadAsync(
        new Statement(
            """
            SELECT at, state, attempt, owner FROM step
            WHERE request = (SELECT id FROM request WHERE ledger_id = @ledger_id) ORDER BY number
            """,
            ("@ledger_id", LedgerSql.Bytes(ledgerId))),
        reader => new RequestStep(
            reader.GetInt64(0), (RequestState)reader.GetInt64(1), (int)reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetInt64(3)),
        cancellation);

    /// <summary>The process that works on requests under a number, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<LedgerOwner?> FindOwnerAsync(long owner, CancellationToken cancellation) => ReadOneAsync(
        LedgerSql.Owner(owner),
        reader => new LedgerOwner(reader.GetInt64(0), reader.GetString(1), (int)reader.GetInt64(2), reader.GetInt64(3)),
        cancellation);

    /// <summary>Whether an owner's process still lives.</summary>
    public Task<bool> IsAliveAsync(long owner, CancellationToken cancellation) => database.IsAliveAsync(owner, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        if (_reader is not null)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
        }

        lock (_looking)
        {
            CloseLooker();
        }

        await database.DisposeAsync().ConfigureAwait(false);
        _reading.Dispose();
        _owning.Dispose();
    }

    private async Task<LedgerOwner> AddOwnerAsync(CancellationToken cancellation)
    {
        var (machine, process, since) = (Environment.MachineName, Environment.ProcessId, Now());
        try
        {
            var connection = new StoreConnection((await database.OpenAsync(writes: true, cancellation).ConfigureAwait(false))!);
            await using var disposing = connection.ConfigureAwait(false);
            await database.CheckAsync(HasRequestsAsync, cancellation).ConfigureAwait(false);
            var reader = await connection.ReadAsync(LedgerSql.AddOwner(machine, process, since), cancellation).ConfigureAwait(false);
            await using var reading = reader.ConfigureAwait(false);
            _ = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var owner = new LedgerOwner(reader.GetInt64(0), machine, process, since);
            await database.HoldAsync(owner.Id, cancellation).ConfigureAwait(false);
            return owner;
        }
        catch (DbException error)
        {
            throw database.Unavailable(error, writes: true);
        }
    }

    private async Task<bool> HasRequestsAsync(long owner, CancellationToken cancellation) =>
        (await ReadAllAsync(LedgerSql.HasRequests(owner), _ => true, cancellation).ConfigureAwait(false)).Count > 0;

    // A change that was written twice, or whose commit was not answered, has been made all the same.
    private async Task<bool> IsAsync(string ledgerId, RequestProgress made) =>
        (await FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false))?.Progress == made;

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
        (reader.GetInt64(LedgerSql.IdColumn), Convert.ToBoolean(reader.GetValue(LedgerSql.IdColumn + 1), CultureInfo.InvariantCulture), LedgerSql.Read(reader));

    private async Task<T?> ReadOneAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
        where T : class
    {
        await foreach (var found in ReadAsync(statement, read, cancellation).ConfigureAwait(false))
        {
            return found;
        }

        return null;
    }

    // Read whole before anything is handed on: who reads slowly must not keep others from reading.
    private async IAsyncEnumerable<T> ReadAsync<T>(
        Statement statement, Func<DbDataReader, T> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var found in await ReadAllAsync(statement, read, cancellation).ConfigureAwait(false))
        {
            yield return found;
        }
    }

    private async Task<List<T>> ReadAllAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (var isAgain = false; ; isAgain = true)
            {
                try
                {
                    return await ReadOnceAsync(statement, read, cancellation).ConfigureAwait(false);
                }
                catch (DbException error)
                {
                    if (_reader is { } broken)
                    {
                        _reader = null;
                        await broken.DisposeAsync().ConfigureAwait(false);
                    }

                    if (isAgain || !database.IsTransient(error))
                    {
                        throw database.Unavailable(error, writes: false);
                    }
                }
            }
        }
        finally
        {
            _ = _reading.Release();
        }
    }

    private async Task<List<T>> ReadOnceAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        var found = new List<T>();
        if (_reader is not null && _readerOf != database.Incarnation)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
            _reader = null;
        }

        _readerOf = database.Incarnation;
        if (_reader is null && await database.OpenAsync(writes: false, cancellation).ConfigureAwait(false) is { } connection)
        {
            _reader = new StoreConnection(connection);
        }

        if (_reader is not null)
        {
            var reader = await _reader.ReadAsync(statement, cancellation).ConfigureAwait(false);
            await using var disposing = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                found.Add(read(reader));
            }
        }

        return found;
    }

    private List<T> ReadAll<T>(Statement statement, Func<DbDataReader, T> read)
    {
        lock (_looking)
        {
            for (var isAgain = false; ; isAgain = true)
            {
                try
                {
                    if (_lookerOf != database.Incarnation)
                    {
                        CloseLooker();
                    }

                    _lookerOf = database.Incarnation;
                    if (_looker is null && database.OpenToRead() is { } connection)
                    {
                        _looker = new StoreConnection(connection);
                    }

                    var found = new List<T>();
                    using var reader = _looker?.Read(statement);
                    while (reader?.Read() == true)
                    {
                        found.Add(read(reader));
                    }

                    return found;
                }
                catch (DbException error)
                {
                    CloseLooker();
                    if (isAgain || !database.IsTransient(error))
                    {
                        throw database.Unavailable(error, writes: false);
                    }
                }
            }
        }
    }

    private void CloseLooker()
    {
        _looker?.Connection.Dispose();
        _looker = null;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Owned(LedgerOwner Owner, int Incarnation);
}
