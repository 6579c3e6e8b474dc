using System.Data.Common;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// The requests of a ledger: one relational model, whichever database it is in. Every change is decided from the state that
/// was seen and made only if that is still the state, so two processes never both believe that they have made it.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="time">The clock.</param>
internal sealed class LedgerStore(ILedgerDatabase database, TimeProvider time) : StoredRequests(database), IAsyncDisposable
{
    private readonly GroupCommit _writer = new(database);
    private readonly SemaphoreSlim _owning = new(1);
    private Owned? _owner;

    /// <summary>Where it is.</summary>
    public string Location => Database.Location;

    /// <summary>This process, as an owner of requests.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written, or locks do not work there.</exception>
    public async Task<LedgerOwner> OwnerAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _owner) is { } known && known.Incarnation == Database.Incarnation)
        {
            return known.Owner;
        }

        await _owning.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_owner is not { } there || there.Incarnation != Database.Incarnation)
            {
                var incarnation = Database.Incarnation;
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
    /// Gives up being the owner it is: what it could not give back is others' to go on with. Nothing of it may be in progress.
    /// </summary>
    public async Task LetGoAsync()
    {
        await _owning.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _owner = null;
            await Database.LetGoAsync().ConfigureAwait(false);
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
    public Task<StoredRequest?> ClaimAsync(StoredRequest request, CancellationToken cancellation) =>
        ClaimAsync(request, seen: null, cancellation);

    /// <summary>Claims a row for this process.</summary>
    /// <param name="request">Its next generation; the owner and the times are set here.</param>
    /// <param name="seen">The newest request of the row, which must still be as it was seen; null where that does not matter.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    /// <param name="unless">What must not be there: a request of its subject that is newer; null where that does not matter.</param>
    /// <returns>The claimed request; null when somebody else has that generation, or the row has changed.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> ClaimAsync(
        StoredRequest request, StoredRequest? seen, CancellationToken cancellation, NewerThan? unless = null)
    {
        var owner = await OwnerAsync(cancellation).ConfigureAwait(false);
        var now = Now();
        var claimed = request with
        {
            Started = now,
            Progress = new RequestProgress { State = RequestState.Claimed, Owner = owner.Id, Updated = now, Steps = 1 },
        };
        var check = RequestChecksum.OfProgress(claimed);
        var changed = await _writer
            .RunAsync(
            [
                .. seen is null ? [] : new[] { LedgerChanges.Hold(seen) },
                LedgerChanges.Claim(claimed, seen, unless), LedgerChanges.Begin(claimed, check), LedgerChanges.AddStep(claimed.LedgerId, check),
                .. Superseding(seen, claimed, now),
            ])
            .ConfigureAwait(false);
        return changed[seen is null ? 0 : 1] == 1 || await IsAsync(claimed.LedgerId, claimed.Progress).ConfigureAwait(false)
            ? claimed
            : null;
    }

    // Whoever works on the generation before may only seem to be dead. It is taken away from them together with the claim of the next,
    // so that they learn it before they send anything.
    private static Statement[] Superseding(StoredRequest? seen, StoredRequest claimed, long now)
    {
        if (seen is null || !StateTransitions.IsAllowed(seen.Progress.State, RequestState.Intent))
        {
            return [];
        }

        var taken = seen.Progress with { Owner = null, Updated = now, Steps = seen.Progress.Steps + 1 };
        var check = RequestChecksum.OfProgress(seen with { Progress = taken });
        return
        [
            LedgerChanges.Supersede(seen, taken, check, claimed.LedgerId),
            LedgerChanges.AddStep(seen.LedgerId, check),
        ];
    }

    /// <summary>Brings a request to its next state.</summary>
    /// <param name="seen">The request as it was seen.</param>
    /// <param name="next">What it comes to; the step and its time are set here.</param>
    /// <param name="hasOwnId">Whether only if no other request of that host has its id.</param>
    /// <param name="stop">Drops the change while it waits for another program.</param>
    /// <returns>The request as it is now; null when it was no longer as it was seen, and nothing was changed.</returns>
    /// <exception cref="InvalidOperationException">That state cannot follow.</exception>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AdvanceAsync(
        StoredRequest seen, RequestProgress next, bool hasOwnId = false, CancellationToken stop = default)
    {
        if (next.State != seen.Progress.State && !StateTransitions.IsAllowed(seen.Progress.State, next.State))
        {
            throw new InvalidOperationException($"{next.State} cannot follow {seen.Progress.State}.");
        }

        var made = next with { Updated = Now(), Steps = seen.Progress.Steps + 1 };
        var check = RequestChecksum.OfProgress(seen.LedgerId, made);
        var changed = await _writer
            .RunAsync(
                LedgerChanges.Advance(seen.LedgerId, RequestChecksum.OfProgress(seen), made, check, hasOwnId: hasOwnId) with { Stop = stop },
                LedgerChanges.AddStep(seen.LedgerId, check))
            .ConfigureAwait(false);
        return changed[0] == 1 || await IsAsync(seen.LedgerId, made).ConfigureAwait(false) ? seen with { Progress = made } : null;
    }

    /// <summary>Takes over a request whose owner is gone, or which no process works on.</summary>
    /// <returns>The request as it is now; null when somebody else was first.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AdoptAsync(StoredRequest seen, CancellationToken cancellation)
    {
        var owner = await OwnerAsync(cancellation).ConfigureAwait(false);
        return await AdvanceAsync(seen, seen.Progress with { Owner = owner.Id }, stop: CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Says that this process no longer works on a request.</summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task<StoredRequest?> ReleaseAsync(StoredRequest seen) => AdvanceAsync(seen, seen.Progress with { Owner = null });

    /// <summary>Forgets a request.</summary>
    /// <param name="seen">The request as it was seen.</param>
    /// <param name="stop">Drops the change while it waits for another program.</param>
    /// <returns>False when it was no longer as it was seen, or the change was dropped.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<bool> RemoveAsync(StoredRequest seen, CancellationToken stop = default)
    {
        var change = seen.IsDamaged ? LedgerChanges.RemoveDamaged(seen.LedgerId) : LedgerChanges.Remove(seen);
        var changed = await _writer.RunAsync(change with { Stop = stop }).ConfigureAwait(false);
        return changed[0] == 1 || await FindAsync(seen.LedgerId, CancellationToken.None).ConfigureAwait(false) is null;
    }

    /// <summary>Keeps the answer of a host that says it once, together with the step it belongs to: both or neither.</summary>
    /// <returns>
    /// The request as it is now; null when it was no longer as it was seen, or another answer of that host has the name, and nothing was
    /// kept.
    /// </returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<StoredRequest?> AcceptWithResultAsync(StoredRequest seen, RequestProgress next, StoredResult result)
    {
        var made = next with { RequestId = result.Name, Updated = Now(), Steps = seen.Progress.Steps + 1 };
        var (before, check) = (RequestChecksum.OfProgress(seen), RequestChecksum.OfProgress(seen.LedgerId, made));
        var changed = await _writer
            .RunAsync(
            [
                LedgerChanges.KeepResult(seen.LedgerId, before, result),
                LedgerChanges.Advance(seen.LedgerId, before, made, check, withResult: true),
                LedgerChanges.AddStep(seen.LedgerId, check),
                .. result.Images.SelectMany(image => image.Bytes.InPieces().Select(
                    (bytes, piece) => LedgerChanges.KeepImage(seen.LedgerId, check, image.Number, piece, bytes))),
            ])
            .ConfigureAwait(false);
        return changed[1] == 1 || await IsAsync(seen.LedgerId, made).ConfigureAwait(false) ? seen with { Progress = made } : null;
    }

    /// <summary>Keeps that a request saves an image of these bytes.</summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task KeepSavedAsync(string ledgerId, string sha256) => _writer.RunAsync(LedgerChanges.KeepSaved(ledgerId, sha256));

    /// <summary>Gives images of a request their names in a directory. Those that have one there keep it, unless it is replaced.</summary>
    /// <param name="ledgerId">The request.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="names">The names by the numbers of the images.</param>
    /// <param name="isReplacing">Whether names that these images have there are replaced.</param>
    /// <param name="overwrites">Whether names of earlier requests of its row, which have ended, are taken from them.</param>
    /// <returns>The names that the images of the request have there then.</returns>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public async Task<Dictionary<int, string>> NameFilesAsync(
        string ledgerId, string directory, IReadOnlyDictionary<int, string> names, bool isReplacing, bool overwrites = false)
    {
        _ = await _writer
            .RunAsync(
            [
                .. overwrites ? names.Values.Select(name => LedgerChanges.ReleaseName(ledgerId, directory, name)) : [],
                .. isReplacing ? names.Keys.Select(image => LedgerChanges.UnnameFile(ledgerId, directory, image)) : [],
                .. names.Select(name => LedgerChanges.NameFile(ledgerId, directory, name.Key, name.Value)),
            ])
            .ConfigureAwait(false);
        return await FileNamesAsync(ledgerId, directory, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Takes their names in a directory from images of a request.</summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task UnnameFilesAsync(string ledgerId, string directory, IEnumerable<int> images) =>
        _writer.RunAsync([.. images.Select(image => LedgerChanges.UnnameFile(ledgerId, directory, image))]);

    /// <summary>Keeps the address that a file has got at a host's storage; those that have ended are forgotten.</summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task KeepUploadAsync(StoredUpload upload) =>
        _writer.RunAsync(LedgerChanges.ForgetUploadsBefore(Now()), LedgerChanges.KeepUpload(upload));

    /// <summary>Forgets the address of a file, if it still has that one.</summary>
    /// <exception cref="LedgerUnavailableException">It could not be written.</exception>
    public Task ForgetUploadAsync(StoredUpload upload) => _writer.RunAsync(LedgerChanges.ForgetUpload(upload));

    /// <summary>The lock of an owner whose process may or may not be running; else null.</summary>
    public string? UnreadableLock(long owner) => Database.UnreadableLock(owner);

    /// <summary>Writes the database's log back and gives back its room. Nothing is thrown.</summary>
    public void ShrinkLog() => Database.ShrinkLog();

    /// <summary>Overwrites what has been forgotten.</summary>
    /// <returns>False where a process that reads keeps it from being overwritten now.</returns>
    public Task<bool> OverwriteForgottenAsync() => Database.OverwriteForgottenAsync();

    /// <summary>Whether an owner's process is still running.</summary>
    public Task<bool> IsAliveAsync(long owner, CancellationToken cancellation) => Database.IsAliveAsync(owner, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await Reader.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
        _owning.Dispose();
    }

    private async Task<LedgerOwner> AddOwnerAsync(CancellationToken cancellation)
    {
        var (machine, process, since) = (Environment.MachineName, Environment.ProcessId, Now());
        try
        {
            var connection = new StoreConnection((await Database.OpenAsync(writes: true, cancellation).ConfigureAwait(false))!);
            await using var disposing = connection.ConfigureAwait(false);
            await Database.CheckAsync(HasRequestsAsync, cancellation).ConfigureAwait(false);
            var reader = await connection.ReadAsync(LedgerChanges.AddOwner(machine, process, since), cancellation).ConfigureAwait(false);
            await using var reading = reader.ConfigureAwait(false);
            _ = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var owner = new LedgerOwner(reader.GetInt64(0), machine, process, since);
            await Database.HoldAsync(owner.Id, cancellation).ConfigureAwait(false);
            return owner;
        }
        catch (DbException error)
        {
            throw Database.Unavailable(error, writes: true);
        }
    }

    private async Task<bool> HasRequestsAsync(long owner, CancellationToken cancellation) =>
        (await Reader.ReadAsync(LedgerQueries.HasRequests(owner), _ => true, cancellation).ConfigureAwait(false)).Count > 0;

    // A change that was written twice, or whose commit was not answered, has been made all the same.
    private async Task<bool> IsAsync(string ledgerId, RequestProgress made) =>
        (await FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false))?.Progress == made;

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Owned(LedgerOwner Owner, int Incarnation);
}
