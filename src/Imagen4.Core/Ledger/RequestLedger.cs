using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The ledger of this machine's user: every step of every request, written before the next one is taken. One instance serves
/// all batches of a process.
/// </summary>
internal sealed class RequestLedger : LedgerLookup, ILedger, IAsyncDisposable
{
    private readonly LedgerStore _store;
    private readonly TimeProvider _time;
    private readonly ClaimedRequests _held;

    /// <summary>Opens a ledger. Nothing is read or written.</summary>
    /// <param name="database">The database.</param>
    /// <param name="time">The clock.</param>
    public RequestLedger(ILedgerDatabase database, TimeProvider time)
        : this(new LedgerStore(database, time), time)
    {
    }

    private RequestLedger(LedgerStore store, TimeProvider time)
        : base(store, store.Location) => (_store, _time, _held) = (store, time, new ClaimedRequests(store));

    /// <summary>The time by the clock that its steps are written with.</summary>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>Called before a step of a row is written, and after (true). Tests end the process here.</summary>
    public Action<RequestState, bool>? StepHook { get; set; }

    /// <summary>Called before a request is taken over, and after (true). Tests end the process here.</summary>
    public Action<bool>? AdoptionHook { get; set; }

    /// <inheritdoc/>
    public bool KeepsPrompts { get; set; } = true;

    /// <summary>The number of this process among those that work on requests; null where it has not worked on any.</summary>
    public long? OwnerId => _store.OwnerId;

    /// <summary>Whether a process, or another batch of this one, works on a submission.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<bool> IsWorkedOnAsync(LedgerRequest known, CancellationToken cancellation) => _held.IsWorkedOnAsync(known, cancellation);

    /// <summary>Whether a process, or another batch of this one, works on a submission.</summary>
    /// <param name="known">The submission.</param>
    /// <param name="alive">What is known of owners already: many requests have one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public ValueTask<bool> IsWorkedOnAsync(LedgerRequest known, Dictionary<long, bool> alive, CancellationToken cancellation) =>
        _held.IsWorkedOnAsync(known, alive, cancellation);

    /// <summary>Who works on a submission, and since when; null where no process does any more.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<RowHolder?> HolderAsync(LedgerRequest known, CancellationToken cancellation) => _held.HolderAsync(known, cancellation);

    /// <summary>
    /// Says that this process no longer works on a submission. One that was stopped before its first intent leaves nothing behind.
    /// Nothing is thrown: what has become of the row is known by now.
    /// </summary>
    public Task ReleaseAsync(string ledgerId) => _held.ReleaseAsync(ledgerId);

    /// <summary>Claims a row for a new submission.</summary>
    /// <param name="entry">The submission.</param>
    /// <param name="newest">The newest submission of the row; null for none.</param>
    /// <param name="isSeen">Whether the newest must still be as it was seen.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    /// <param name="unless">What must not be there: a request that is alike, and newer; null where that does not matter.</param>
    /// <returns>False when somebody was first.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<bool> ClaimAsync(
        LedgerEntry entry, LedgerRequest? newest, bool isSeen, CancellationToken cancellation, NewerThan? unless = null)
    {
        StepHook?.Invoke(RequestState.Claimed, false);
        var next = Stored(entry) with { Generation = (newest?.Stored.Generation ?? 0) + 1 };

        // Before it is written, so that no other batch of this process takes it for one that was left.
        _held.Set(next);
        try
        {
            if (await _store.ClaimAsync(next, isSeen ? newest?.Stored : null, cancellation, unless).ConfigureAwait(false) is { } claimed)
            {
                _held.Set(claimed);
                StepHook?.Invoke(RequestState.Claimed, true);
                return true;
            }
        }
        catch
        {
            await _held.LoseAsync(entry.LedgerId).ConfigureAwait(false);
            throw;
        }

        _held.Remove(entry.LedgerId);
        return false;
    }

    /// <summary>Takes over a submission that no process works on.</summary>
    /// <returns>The submission as it is now; null when somebody was first, or it has changed.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<LedgerRequest?> AdoptAsync(LedgerRequest known, CancellationToken cancellation)
    {
        RequireIntact(known);
        AdoptionHook?.Invoke(false);
        if (!_held.TryAdd(known.Stored))
        {
            return null;
        }

        StoredRequest? adopted;
        try
        {
            adopted = await _store.AdoptAsync(known.Stored, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await _held.LoseAsync(known.LedgerId).ConfigureAwait(false);
            throw;
        }

        if (adopted is null)
        {
            _held.Remove(known.LedgerId);
            return null;
        }

        _held.Set(adopted);
        AdoptionHook?.Invoke(true);
        return new LedgerRequest(adopted, Location);
    }

    /// <inheritdoc/>
    public async ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        StepHook?.Invoke(step, false);
        await ChangeAsync(step, entry).ConfigureAwait(false);
        StepHook?.Invoke(step, true);
    }

    /// <inheritdoc/>
    public async ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result)
    {
        StepHook?.Invoke(RequestState.Accepted, false);
        var seen = await SeenAsync(entry.LedgerId).ConfigureAwait(false);
        for (var number = 1; ;)
        {
            var name = number == 1 ? entry.RequestId! : RequestIds.Numbered(entry.RequestId!, number);
            if (!StateTransitions.IsAllowed(seen.Progress.State, RequestState.Accepted))
            {
                throw new LedgerUnavailableException(Messages.RowTakenOver.With(entry.Index));
            }

            var made = await _store
                .AcceptWithResultAsync(
                    seen,
                    Next(seen, RequestState.Accepted, entry),
                    new StoredResult(entry.BaseAddress ?? "", name, result.Description, result.Images))
                .ConfigureAwait(false);
            if (made is not null)
            {
                _held.Keep(made);
                StepHook?.Invoke(RequestState.Accepted, true);
                return name;
            }

            // Either the name is taken, or somebody else has said something of the request.
            var now = await FindStoredAsync(entry.LedgerId).ConfigureAwait(false);
            number += now == seen ? 1 : 0;
            seen = now;
        }
    }

    /// <summary>Says what a submission has cost, where that is not known yet.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task AddCostAsync(LedgerEntry entry, LedgerResult? cost)
    {
        var told = entry with { Seed = null, Delivery = cost };
        for (var seen = await SeenAsync(entry.LedgerId).ConfigureAwait(false);
            Told(seen.Progress, told) is { } next;
            seen = await FindStoredAsync(entry.LedgerId).ConfigureAwait(false))
        {
            if (await _store.AdvanceAsync(seen, next).ConfigureAwait(false) is { } made)
            {
                _held.Keep(made);
                return;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<int, string>?> FileNamesAsync(LedgerEntry entry, string directory) =>
        await _store.FileNamesAsync(entry.LedgerId, directory, CancellationToken.None).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<int, string>?> NameFilesAsync(
        LedgerEntry entry, string directory, IReadOnlyDictionary<int, string> names, bool isReplacing, bool overwrites)
    {
        var made = await _store.NameFilesAsync(entry.LedgerId, directory, names, isReplacing, overwrites).ConfigureAwait(false);
        if (names.Keys.All(made.ContainsKey))
        {
            return made;
        }

        // Names that are another request's, or a ledger that no longer has this one, as after its file was replaced: then no name will do.
        _ = await FindStoredAsync(entry.LedgerId).ConfigureAwait(false);

        // All or none: what another request has one of is not a set of names.
        await _store.UnnameFilesAsync(entry.LedgerId, directory, names.Where(name => made.GetValueOrDefault(name.Key) == name.Value)
            .Select(name => name.Key)).ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsOthersRequestAsync(LedgerEntry entry, string requestId) =>
        (await FindByRequestIdAsync(requestId, CancellationToken.None).ConfigureAwait(false)).Any(other =>
            other.LedgerId != entry.LedgerId && other.BaseAddress == entry.BaseAddress);

    /// <inheritdoc/>
    public async ValueTask NoteSavedAsync(LedgerEntry entry, string sha256) =>
        await _store.KeepSavedAsync(entry.LedgerId, sha256).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<bool> IsOwnFileAsync(LedgerEntry entry, ImagenImage image, CancellationToken cancellation) =>
        IsOwnFileAsync(entry.LedgerId, image, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> IsOthersFileAsync(LedgerEntry entry, string path, CancellationToken cancellation) =>
        Files.IsOthersAsync(entry.LedgerId, entry.Row?.Row, path, cancellation);

    /// <summary>When the host of a request that this process works on has accepted it; null where that is not known.</summary>
    public DateTimeOffset? AcceptedAt(string ledgerId) =>
        _held.Find(ledgerId)?.Progress.Accepted is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    /// <summary>
    /// Adds a step to a submission that is known, if it is still as it was seen, and that nobody works on it any more. The id that it is
    /// given may be no other submission's.
    /// </summary>
    /// <returns>The submission as it is now; null where it has changed meanwhile, and nothing was written.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<LedgerRequest?> SettleAsync(
        RequestState step, LedgerRequest known, string? requestId = null, CancellationToken stop = default)
    {
        RequireIntact(known);
        var progress = known.Stored.Progress;
        var next = progress with
        {
            State = step,
            Owner = null,
            RequestId = requestId ?? progress.RequestId,
            Accepted = step == RequestState.Accepted ? progress.Accepted ?? Now() : progress.Accepted,
            Error = null,
            ErrorType = null,
            Refusal = null,
        };
        return Of(await _store.AdvanceAsync(known.Stored, next, hasOwnId: requestId is not null, stop).ConfigureAwait(false));
    }

    /// <summary>Keeps the address that a file has got at a host's storage.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public Task KeepUploadAsync(StoredUpload upload) => _store.KeepUploadAsync(upload);

    /// <summary>Forgets the address of a file, if it still has that one.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public Task ForgetUploadAsync(StoredUpload upload) => _store.ForgetUploadAsync(upload);

    /// <summary>Forgets a submission, if it is still as it was seen.</summary>
    /// <returns>False where it has changed meanwhile, or was stopped.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public Task<bool> RemoveAsync(LedgerRequest known, CancellationToken stop = default) => _store.RemoveAsync(known.Stored, stop);

    /// <summary>Overwrites what has been forgotten.</summary>
    /// <returns>False where a process that reads keeps it from being overwritten now.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<bool> OverwriteForgottenAsync() => _store.OverwriteForgottenAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async ValueTask<StoredRequest> SeenAsync(string ledgerId) =>
        _held.Find(ledgerId) ?? await FindStoredAsync(ledgerId).ConfigureAwait(false);

    private async ValueTask<StoredRequest> FindStoredAsync(string ledgerId)
    {
        var found = await _store.FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false)
            ?? throw new LedgerUnavailableException(Messages.LedgerReplaced.With(Location));
        return found.IsDamaged ? throw new LedgerUnavailableException(Messages.LedgerRowDamaged.With(Location, ledgerId)) : found;
    }

    // Somebody else may have said something of the request meanwhile: what tells more than that is added to it, and the rest is not news.
    private async Task ChangeAsync(RequestState step, LedgerEntry entry)
    {
        for (var seen = await SeenAsync(entry.LedgerId).ConfigureAwait(false);
            ;
            seen = await FindStoredAsync(entry.LedgerId).ConfigureAwait(false))
        {
            var progress = seen.Progress;
            var isAllowed = progress.State == step || StateTransitions.IsAllowed(progress.State, step);
            if (step == RequestState.Intent && !(isAllowed && progress.Owner is { } owner && owner == OwnerId))
            {
                throw new LedgerUnavailableException(Messages.RowTakenOver.With(seen.Index));
            }

            var next = isAllowed ? Next(seen, step, entry) : Told(progress, entry);
            if (next is null)
            {
                return;
            }

            if (await _store.AdvanceAsync(seen, next).ConfigureAwait(false) is { } made)
            {
                _held.Keep(made);
                return;
            }
        }
    }

    // What is told of a request whatever its state: null where all of it is known.
    private static RequestProgress? Told(RequestProgress progress, LedgerEntry entry)
    {
        var kept = LedgerJson.Read(progress.Delivery, LedgerJson.Plain.LedgerResult);
        var told = LedgerResult.WithCost(kept, entry.Delivery);
        return (entry.Seed is null || progress.Seed is not null) && told == kept ? null : progress with
        {
            Seed = progress.Seed ?? entry.Seed,
            Delivery = told == kept ? progress.Delivery : LedgerJson.Write(told, LedgerJson.Plain.LedgerResult),
        };
    }

    private RequestProgress Next(StoredRequest seen, RequestState step, LedgerEntry entry)
    {
        // What was claimed without its prompt stays without, whatever the setting is now.
        var progress = seen.Progress;
        var keepsTexts = KeepsPrompts && !WithoutPrompt.Is(seen.Input);
        return progress with
        {
            State = step,
            Attempt = Math.Max(progress.Attempt, entry.Attempt),
            Owner = entry.IsLeft || StateTransitions.IsEnd(step) ? null : progress.Owner,
            RequestId = entry.RequestId ?? progress.RequestId,
            Accepted = step == RequestState.Accepted ? progress.Accepted ?? Now() : progress.Accepted,
            Error = keepsTexts || entry.Error is null ? entry.Error : Messages.ErrorNotKept,
            ErrorType = entry.ErrorType,
            Refusal = entry.Refusal,
            Seed = entry.Seed ?? progress.Seed,
            Delivery = LedgerJson.Write(
                keepsTexts ? entry.Delivery : WithoutPrompt.Of(entry.Delivery), LedgerJson.Plain.LedgerResult) ?? progress.Delivery,
        };
    }

    private StoredRequest Stored(LedgerEntry entry) => new()
    {
        LedgerId = entry.LedgerId,
        Row = entry.Row?.Row,
        Subject = entry.Row?.Subject,
        InputHash = entry.Row?.InputHash,
        Provider = entry.Provider,
        BaseUri = entry.BaseAddress ?? "",
        Model = entry.Model,
        Key = entry.Key,
        Index = entry.Index,
        Directory = entry.Row?.Directory,
        Input = JsonSerializer.Serialize(KeepsPrompts ? entry.Input : WithoutPrompt.Of(entry.Input), ImageInputJson.Plain.ImageInput),
        Settings = LedgerJson.Write(LedgerSettings.Of(entry.Settings), LedgerJson.Plain.LedgerSettings),
    };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
