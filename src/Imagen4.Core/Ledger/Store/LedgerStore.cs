using System.Data.Common;
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
    private StoreConnection? _reader;
    private LedgerOwner? _owner;

    /// <summary>Where it is.</summary>
    public string Location => database.Location;

    /// <summary>This process, as an owner of requests.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written, or locks do not work there.</exception>
    public async Task<LedgerOwner> OwnerAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _owner) is { } known)
        {
            return known;
        }

        await _owning.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return _owner ??= await AddOwnerAsync(cancellation).ConfigureAwait(false);
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
    public async Task<StoredRequest?> ClaimAsync(StoredRequest request, CancellationToken cancellation)
    {
        var owner = await OwnerAsync(cancellation).ConfigureAwait(false);
        var now = Now();
        var claimed = request with
        {
            Started = now,
            Progress = new RequestProgress { State = RequestState.Claimed, Owner = owner.Id, Updated = now, Steps = 1 },
        };
        var changed = await _writer
            .RunAsync(LedgerSql.Claim(claimed), LedgerSql.AddStep(claimed.LedgerId, claimed.Progress))
            .ConfigureAwait(false);
        return changed[0] == 1 || await IsAsync(claimed.LedgerId, claimed.Progress).ConfigureAwait(false) ? claimed : null;
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

    /// <summary>Keeps the answer of a host that says it once, together with the step it belongs to.</summary>
    /// <returns>The request as it is now; null when it was no longer as it was seen, and nothing was kept.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AcceptWithResultAsync(StoredRequest seen, RequestProgress next, byte[] body)
    {
        var made = next with { Updated = Now(), Steps = seen.Progress.Steps + 1 };
        var changed = await _writer
            .RunAsync(
                LedgerSql.Advance(seen.LedgerId, seen.Progress, made),
                LedgerSql.AddStep(seen.LedgerId, made),
                LedgerSql.KeepResult(seen.LedgerId, body))
            .ConfigureAwait(false);
        return changed[0] == 1 || await IsAsync(seen.LedgerId, made).ConfigureAwait(false) ? seen with { Progress = made } : null;
    }

    /// <summary>The answer that is kept of a request, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<byte[]?> ResultAsync(string ledgerId, CancellationToken cancellation) => ReadOneAsync(
        new Statement(
            "SELECT body FROM result WHERE request = (SELECT id FROM request WHERE ledger_id = @ledger_id)",
            ("@ledger_id", LedgerSql.Bytes(ledgerId))),
        reader => (byte[])reader.GetValue(0),
        cancellation);

    /// <summary>A request by the ledger's own id, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or this request is damaged.</exception>
    public Task<StoredRequest?> FindAsync(string ledgerId, CancellationToken cancellation) => ReadOneAsync(
        new Statement(LedgerSql.Select + "WHERE ledger_id = @ledger_id", ("@ledger_id", LedgerSql.Bytes(ledgerId))), Whole, cancellation);

    /// <summary>The newest request of a row, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or this request is damaged.</exception>
    public Task<StoredRequest?> FindRowAsync(string row, CancellationToken cancellation) => ReadOneAsync(
        new Statement(
            LedgerSql.Select + "WHERE row_id = @row ORDER BY generation DESC LIMIT 1", ("@row", LedgerSql.Bytes(row))), Whole, cancellation);

    /// <summary>Requests by the host's id, oldest first: several hosts may have given the same.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or a request is damaged.</exception>
    public IAsyncEnumerable<StoredRequest> FindByRequestIdAsync(string requestId, CancellationToken cancellation) => ReadAsync(
        new Statement(LedgerSql.Select + "WHERE request_id = @request_id ORDER BY id", ("@request_id", requestId)), Whole, cancellation);

    /// <summary>The requests of a row whatever its directory, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or a request is damaged.</exception>
    public IAsyncEnumerable<StoredRequest> FindSubjectAsync(string subject, CancellationToken cancellation) => ReadAsync(
        new Statement(LedgerSql.Select + "WHERE subject = @subject ORDER BY id", ("@subject", LedgerSql.Bytes(subject))), Whole, cancellation);

    /// <summary>Requests in the order of their claims. They are read in pages, so that a ledger of any size can be listed.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read, or a request is damaged.</exception>
    public async IAsyncEnumerable<StoredRequest> ListAsync(LedgerQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<(long Id, StoredRequest Request)> page;
        for (var after = 0L; ; after = page[^1].Id)
        {
            page = await ReadAllAsync(
                LedgerSql.Page(query, after, PageLength), reader => (reader.GetInt64(LedgerSql.IdColumn), Whole(reader)), cancellation)
                .ConfigureAwait(false);
            foreach (var (_, request) in page)
            {
                yield return request;
            }

            if (page.Count < PageLength)
            {
                yield break;
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
        new Statement("SELECT id, machine, process, since FROM owner WHERE id = @owner", ("@owner", owner)),
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

    // A change that was written twice, or whose commit was not answered, has been made all the same.
    private async Task<bool> IsAsync(string ledgerId, RequestProgress made) =>
        (await FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false))?.Progress == made;

    private StoredRequest Whole(DbDataReader reader)
    {
        var (request, isDamaged) = LedgerSql.Read(reader);
        return isDamaged ? throw new LedgerUnavailableException(Messages.LedgerRowDamaged.With(Location, request.LedgerId)) : request;
    }

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

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
