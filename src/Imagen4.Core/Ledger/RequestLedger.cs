using System.Collections.Concurrent;
using System.Text.Json;
using Imagen4.Core.Hosts;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Results;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The ledger of this machine's user: every step of every request, written before the next one is taken. One instance serves
/// all batches of a process.
/// </summary>
internal sealed class RequestLedger : ILedger, IAsyncDisposable
{
    private const int MostAlike = 20;

    private static readonly ConcurrentDictionary<LedgerLocation, Lazy<RequestLedger>> Ledgers = new();

    private readonly LedgerStore _store;
    private readonly TimeProvider _time;

    // What this process works on, as it saw it last.
    private readonly ConcurrentDictionary<string, StoredRequest> _held = new(StringComparer.Ordinal);
    private volatile bool _hasUnreleased;

    /// <summary>Opens a ledger. Nothing is read or written.</summary>
    /// <param name="database">The database.</param>
    /// <param name="time">The clock.</param>
    public RequestLedger(ILedgerDatabase database, TimeProvider time) => (_store, _time) = (new LedgerStore(database, time), time);

    /// <summary>The ledger that is in use now.</summary>
    /// <exception cref="LedgerUnavailableException">What was chosen is no address of a database.</exception>
    public static RequestLedger Shared => Ledgers
        .GetOrAdd(LedgerLocation.Current, place => new Lazy<RequestLedger>(() => new RequestLedger(place.Open(), TimeProvider.System)))
        .Value;

    /// <summary>Where it is, as a user would name it.</summary>
    public string Location => _store.Location;

    /// <summary>The time by the clock that its steps are written with.</summary>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>Called before a step of a row is written, and after (true). Tests end the process here.</summary>
    public Action<RequestState, bool>? Passing { get; set; }

    /// <summary>Called before a request is taken over, and after (true). Tests end the process here.</summary>
    public Action<bool>? Adopting { get; set; }

    /// <summary>The number of this process among those that work on requests; null where it has not worked on any.</summary>
    public long? OwnerId => _store.OwnerId;

    /// <summary>A submission by the ledger's own id, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public LedgerRequest? OfLedgerId(string id) => IsId(id) ? Of(_store.Find(id)) : null;

    /// <summary>The newest submission of a row, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    /// <exception cref="SubmissionInDoubtException">It is there and cannot be read.</exception>
    public LedgerRequest? OfRow(RowIdentity row) => Demand(_store.FindRow(row.Row, row.Subject, MostAlike), row);

    /// <summary>The newest submissions of a row whatever its directory, newest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IEnumerable<LedgerRequest> OfSubject(string subject) => _store.FindSubject(subject, MostAlike).Select(found => new LedgerRequest(found));

    /// <summary>The submissions of a row, oldest first.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IEnumerable<LedgerRequest> Generations(string row) => _store.FindGenerations(row).Select(found => new LedgerRequest(found));

    /// <summary>The submissions with a host's id, oldest first: several hosts may have given the same.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IEnumerable<LedgerRequest> OfRequestId(string requestId) => _store.FindByRequestId(requestId).Select(found => new LedgerRequest(found));

    /// <summary>
    /// The newest submission with a host's id, or null: at the host's address, whatever its provider was called, else by the provider's
    /// name. The names of providers have no case, the ids of hosts have.
    /// </summary>
    /// <param name="baseAddress">The base address in its normal form; null where it is not known.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="requestId">The host's id.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public LedgerRequest? OfRequestId(string? baseAddress, string provider, string requestId)
    {
        var found = OfRequestId(requestId).ToList();
        return found.FindLast(known => known.BaseAddress is { } address && address == baseAddress)
            ?? found.FindLast(known => known.Provider.Equals(provider, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The submissions that are wanted, in the order of their claims, and whether each is the newest of its row.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public IEnumerable<(LedgerRequest Known, bool IsNewest)> List(LedgerQuery query) =>
        _store.List(query).Select(listed => (new LedgerRequest(listed.Request), !listed.HasNewer));

    /// <summary>The newest submission of a row, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    /// <exception cref="SubmissionInDoubtException">It is there and cannot be read.</exception>
    public async Task<LedgerRequest?> FindRowAsync(RowIdentity row, CancellationToken cancellation) =>
        Demand(await _store.FindRowAsync(row.Row, row.Subject, MostAlike, cancellation).ConfigureAwait(false), row);

    /// <summary>A submission by the ledger's own id, or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<LedgerRequest?> FindAsync(string ledgerId, CancellationToken cancellation) =>
        Of(await _store.FindAsync(ledgerId, cancellation).ConfigureAwait(false));

    /// <summary>What is there as a batch begins.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<BatchStart> BeginAsync(CancellationToken cancellation) => new(
        await _store.NewestAsync(cancellation).ConfigureAwait(false),
        (await _store.OwnedAsync(cancellation).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal));

    /// <summary>Whether a submission was not there, or was worked on, when a batch began.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<bool> IsSinceAsync(BatchStart start, LedgerRequest known, CancellationToken cancellation) =>
        start.WorkedOn.Contains(known.LedgerId) || await _store.IsNewerAsync(known.LedgerId, start.Newest, cancellation).ConfigureAwait(false);

    /// <summary>Whether a process, or another batch of this one, works on a submission.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<bool> IsWorkedOnAsync(LedgerRequest known, CancellationToken cancellation) => known.Owner is { } owner
        && (owner == OwnerId ? _held.ContainsKey(known.LedgerId) : await _store.IsAliveAsync(owner, cancellation).ConfigureAwait(false));

    /// <summary>Whether a process, or another batch of this one, works on a submission; asked on this thread.</summary>
    /// <param name="known">The submission.</param>
    /// <param name="alive">What is known of owners already: many requests have one.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public bool IsWorkedOn(LedgerRequest known, Dictionary<long, bool> alive)
    {
        if (known.Owner is not { } owner)
        {
            return false;
        }

        if (owner == OwnerId)
        {
            return _held.ContainsKey(known.LedgerId);
        }

        if (!alive.TryGetValue(owner, out var isAlive))
        {
            alive[owner] = isAlive = _store.IsAlive(owner);
        }

        return isAlive;
    }

    /// <summary>Who works on a submission, and since when; null where nobody does any more.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<RowHolder?> HolderAsync(LedgerRequest known, CancellationToken cancellation)
    {
        if (known.Owner is not { } owner || !await IsWorkedOnAsync(known, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        var process = await _store.FindOwnerAsync(owner, cancellation).ConfigureAwait(false);
        var since = await _store.HeldSinceAsync(known.LedgerId, owner, cancellation).ConfigureAwait(false) ?? known.Started;
        return new RowHolder(owner, process, DateTimeOffset.FromUnixTimeMilliseconds(since), owner == OwnerId, _store.UnreadableLock(owner));
    }

    /// <summary>Claims a row for a new submission.</summary>
    /// <param name="entry">The submission.</param>
    /// <param name="newest">The newest submission of the row; null for none.</param>
    /// <param name="isSeen">Whether the newest must still be as it was seen.</param>
    /// <param name="cancellation">Stops it before it is written.</param>
    /// <returns>False when somebody was first.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<bool> ClaimAsync(LedgerEntry entry, LedgerRequest? newest, bool isSeen, CancellationToken cancellation)
    {
        Passing?.Invoke(RequestState.Claimed, false);
        var next = Stored(entry) with { Generation = (newest?.Stored.Generation ?? 0) + 1 };

        // Before it is written, so that no other batch of this process takes it for one that was left.
        _held[entry.LedgerId] = next;
        try
        {
            if (await _store.ClaimAsync(next, isSeen ? newest?.Stored : null, cancellation).ConfigureAwait(false) is { } claimed)
            {
                _held[entry.LedgerId] = claimed;
                Passing?.Invoke(RequestState.Claimed, true);
                return true;
            }
        }
        catch
        {
            await LoseAsync(entry.LedgerId).ConfigureAwait(false);
            throw;
        }

        _ = _held.TryRemove(entry.LedgerId, out _);
        return false;
    }

    /// <summary>Takes over a submission that nobody works on.</summary>
    /// <returns>The submission as it is now; null when somebody was first, or it has changed.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<LedgerRequest?> AdoptAsync(LedgerRequest known, CancellationToken cancellation)
    {
        Demand(known);
        Adopting?.Invoke(false);
        if (!_held.TryAdd(known.LedgerId, known.Stored))
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
            await LoseAsync(known.LedgerId).ConfigureAwait(false);
            throw;
        }

        if (adopted is null)
        {
            _ = _held.TryRemove(known.LedgerId, out _);
            return null;
        }

        _held[known.LedgerId] = adopted;
        Adopting?.Invoke(true);
        return new LedgerRequest(adopted);
    }

    /// <summary>
    /// Says that this process no longer works on a submission. One that was stopped before its first intent leaves nothing behind.
    /// Nothing is thrown: what has become of the row is known by now.
    /// </summary>
    public async Task ReleaseAsync(string ledgerId)
    {
        try
        {
            var held = _held.GetValueOrDefault(ledgerId);
            while (held is { IsDamaged: false, Progress.Owner: { } owner } && owner == OwnerId && !await GiveBackAsync(held).ConfigureAwait(false))
            {
                held = await _store.FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Whatever it is: what has become of the row must not be lost for it.
        catch (Exception)
#pragma warning restore CA1031
        {
            _hasUnreleased = true;
        }
        finally
        {
            _ = _held.TryRemove(ledgerId, out _);
        }

        await LetGoAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Passing?.Invoke(step, false);
        await ChangeAsync(step, entry).ConfigureAwait(false);
        Passing?.Invoke(step, true);
    }

    /// <inheritdoc/>
    public async ValueTask<string> AcceptAsync(LedgerEntry entry, KeptResult result)
    {
        Passing?.Invoke(RequestState.Accepted, false);
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
                    Next(seen.Progress, RequestState.Accepted, entry),
                    new StoredResult(entry.BaseAddress ?? "", name, result.Description, result.Images))
                .ConfigureAwait(false);
            if (made is not null)
            {
                Keep(made);
                Passing?.Invoke(RequestState.Accepted, true);
                return name;
            }

            // Either the name is taken, or somebody else has said something of the request.
            var now = await DemandAsync(entry.LedgerId).ConfigureAwait(false);
            number += now == seen ? 1 : 0;
            seen = now;
        }
    }

    /// <summary>Adds a step to a submission that is known, if it is still as it was seen, and that nobody works on it any more.</summary>
    /// <returns>The submission as it is now; null where it has changed meanwhile, and nothing was written.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public async Task<LedgerRequest?> SettleAsync(RequestState step, LedgerRequest known, string? requestId = null)
    {
        Demand(known);
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
        return Of(await _store.AdvanceAsync(known.Stored, next).ConfigureAwait(false));
    }

    /// <summary>Forgets a submission, if it is still as it was seen.</summary>
    /// <returns>False where it has changed meanwhile.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be written.</exception>
    public Task<bool> RemoveAsync(LedgerRequest known) => _store.RemoveAsync(known.Stored);

    /// <summary>Overwrites what has been forgotten.</summary>
    /// <returns>False where a process that reads keeps it from being overwritten now.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public Task<bool> OverwriteForgottenAsync() => _store.OverwriteForgottenAsync();

    /// <summary>What is kept of the result of a host's request: its description, and what reads the bytes of an image; or null.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<(byte[] Description, Func<int, CancellationToken, Task<byte[]?>> Image)?> ResultAsync(
        string address, string requestId, CancellationToken cancellation) =>
        await _store.ResultAsync(address, requestId, cancellation).ConfigureAwait(false) is { } found
            ? (found.Item1, (number, token) => _store.ImageAsync(found.Item2, number, token))
            : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static bool IsId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigit);

    private static LedgerRequest? Of(StoredRequest? found) => found is null ? null : new LedgerRequest(found);

    // Each row is found by two indexes, looked at in one moment: one that is damaged must not make it look like a new one.
    private LedgerRequest? Demand(FoundRow found, RowIdentity row) => found.Newest is { } newest
        ? newest.IsDamaged || newest.Row == row.Row ? new LedgerRequest(newest) : throw Damaged(newest)
        : found.Alike.FirstOrDefault(alike => alike.IsDamaged || alike.Row == row.Row) is { } missed ? throw Damaged(missed) : null;

    private void Demand(LedgerRequest known)
    {
        if (known.IsDamaged)
        {
            throw Damaged(known.Stored);
        }
    }

    private SubmissionInDoubtException Damaged(StoredRequest found) => new(Messages.LedgerRowDamaged.With(Location, found.LedgerId));

    private async ValueTask<StoredRequest> SeenAsync(string ledgerId) =>
        _held.TryGetValue(ledgerId, out var held) ? held : await DemandAsync(ledgerId).ConfigureAwait(false);

    private async ValueTask<StoredRequest> DemandAsync(string ledgerId)
    {
        var found = await _store.FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false)
            ?? throw new LedgerUnavailableException(Messages.LedgerIdUnknown.With(ledgerId, Location));
        return found.IsDamaged ? throw new LedgerUnavailableException(Messages.LedgerRowDamaged.With(Location, ledgerId)) : found;
    }

    // Somebody else may have said something of the request meanwhile: what tells more than that is added to it, and the rest is not news.
    private async Task ChangeAsync(RequestState step, LedgerEntry entry)
    {
        for (var seen = await SeenAsync(entry.LedgerId).ConfigureAwait(false); ; seen = await DemandAsync(entry.LedgerId).ConfigureAwait(false))
        {
            var progress = seen.Progress;
            var isAllowed = progress.State == step || StateTransitions.IsAllowed(progress.State, step);
            if (step == RequestState.Intent && !(isAllowed && progress.Owner is { } owner && owner == OwnerId))
            {
                throw new LedgerUnavailableException(Messages.RowTakenOver.With(seen.Index));
            }

            if (!isAllowed && (entry.Seed is null || progress.Seed is not null))
            {
                return;
            }

            var next = isAllowed ? Next(progress, step, entry) : progress with { Seed = entry.Seed };
            if (await _store.AdvanceAsync(seen, next).ConfigureAwait(false) is { } made)
            {
                Keep(made);
                return;
            }
        }
    }

    private void Keep(StoredRequest made)
    {
        if (_held.TryGetValue(made.LedgerId, out var before))
        {
            _ = _held.TryUpdate(made.LedgerId, made, before);
        }
    }

    // Whether it was written is not known: it may be this process's by now.
    private async Task LoseAsync(string ledgerId)
    {
        _hasUnreleased = true;
        _ = _held.TryRemove(ledgerId, out _);
        await LetGoAsync().ConfigureAwait(false);
    }

    private async Task<bool> GiveBackAsync(StoredRequest held) => held.Progress.State == RequestState.Claimed
        ? await _store.RemoveAsync(held).ConfigureAwait(false)
        : await _store.ReleaseAsync(held).ConfigureAwait(false) is not null;

    // As long as this process lives, others take it to work on what it could not give back.
    private async Task LetGoAsync()
    {
        if (_hasUnreleased && _held.IsEmpty)
        {
            _hasUnreleased = false;
            await _store.LetGoAsync().ConfigureAwait(false);
        }
    }

    private RequestProgress Next(RequestProgress progress, RequestState step, LedgerEntry entry) => progress with
    {
        State = step,
        Attempt = Math.Max(progress.Attempt, entry.Attempt),
        Owner = entry.IsLeft || StateTransitions.IsEnd(step) ? null : progress.Owner,
        RequestId = entry.RequestId ?? progress.RequestId,
        Accepted = step == RequestState.Accepted ? progress.Accepted ?? Now() : progress.Accepted,
        Error = entry.Error,
        ErrorType = entry.ErrorType,
        Refusal = entry.Refusal,
        Seed = entry.Seed ?? progress.Seed,
        Delivery = LedgerJson.Write(entry.Delivery, LedgerJson.Plain.LedgerResult) ?? progress.Delivery,
    };

    private static StoredRequest Stored(LedgerEntry entry) => new()
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
        Input = JsonSerializer.Serialize(entry.Input, ImageInputJson.Plain.ImageInput),
        Settings = LedgerJson.Write(LedgerSettings.Of(entry.Settings), LedgerJson.Plain.LedgerSettings),
    };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
