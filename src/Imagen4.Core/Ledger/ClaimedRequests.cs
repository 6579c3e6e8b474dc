using System.Collections.Concurrent;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The submissions this process works on, as it saw them last, and who works on those of others: an owner is alive while its lock is held.
/// </summary>
/// <param name="store">The ledger's store.</param>
internal sealed class ClaimedRequests(LedgerStore store)
{
    private readonly ConcurrentDictionary<string, StoredRequest> _held = new(StringComparer.Ordinal);
    private volatile bool _hasUnreleased;

    /// <summary>A submission that this process works on, as it saw it last; null for any other.</summary>
    public StoredRequest? Find(string ledgerId) => _held.GetValueOrDefault(ledgerId);

    /// <summary>Takes note of a submission that this process is about to work on.</summary>
    /// <returns>False where it works on it already.</returns>
    public bool TryAdd(StoredRequest request) => _held.TryAdd(request.LedgerId, request);

    /// <summary>Takes note of how a submission is that this process works on.</summary>
    public void Set(StoredRequest request) => _held[request.LedgerId] = request;

    /// <summary>Takes note of what was made of a submission, if this process works on it.</summary>
    public void Keep(StoredRequest made)
    {
        if (_held.TryGetValue(made.LedgerId, out var before))
        {
            _ = _held.TryUpdate(made.LedgerId, made, before);
        }
    }

    /// <summary>Takes note that this process does not work on a submission after all.</summary>
    public void Remove(string ledgerId) => _ = _held.TryRemove(ledgerId, out _);

    /// <summary>Whether a process, or another batch of this one, works on a submission.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<bool> IsWorkedOnAsync(LedgerRequest known, CancellationToken cancellation) => known.Owner is { } owner
        && (owner == store.OwnerId
            ? _held.ContainsKey(known.LedgerId)
            : await store.IsAliveAsync(owner, cancellation).ConfigureAwait(false));

    /// <summary>Whether a process, or another batch of this one, works on a submission.</summary>
    /// <param name="known">The submission.</param>
    /// <param name="alive">What is known of owners already: many requests have one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> IsWorkedOnAsync(LedgerRequest known, Dictionary<long, bool> alive, CancellationToken cancellation)
    {
        if (known.Owner is not { } owner)
        {
            return false;
        }

        if (owner == store.OwnerId)
        {
            return _held.ContainsKey(known.LedgerId);
        }

        if (!alive.TryGetValue(owner, out var isAlive))
        {
            alive[owner] = isAlive = await store.IsAliveAsync(owner, cancellation).ConfigureAwait(false);
        }

        return isAlive;
    }

    /// <summary>Who works on a submission, and since when; null where no process does any more.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<RowHolder?> HolderAsync(LedgerRequest known, CancellationToken cancellation)
    {
        if (known.Owner is not { } owner || !await IsWorkedOnAsync(known, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        var process = await store.FindOwnerAsync(owner, cancellation).ConfigureAwait(false);
        var since = await store.HeldSinceAsync(known.LedgerId, owner, cancellation).ConfigureAwait(false) ?? known.Started;
        return new RowHolder(
            owner, process, DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(since, 0, RequestColumns.LatestTime)), owner == store.OwnerId, store.UnreadableLock(owner));
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
            while (held is { IsDamaged: false, Progress.Owner: { } owner } && owner == store.OwnerId
                && !await GiveBackAsync(held).ConfigureAwait(false))
            {
                held = await store.FindAsync(ledgerId, CancellationToken.None).ConfigureAwait(false);
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

        await RestAsync().ConfigureAwait(false);
    }

    /// <summary>Takes note that it is not known whether a claim was written: the submission may be this process's by now.</summary>
    public async Task LoseAsync(string ledgerId)
    {
        _hasUnreleased = true;
        _ = _held.TryRemove(ledgerId, out _);
        await RestAsync().ConfigureAwait(false);
    }

    private async Task<bool> GiveBackAsync(StoredRequest held) => held.Progress.State == RequestState.Claimed
        ? await store.RemoveAsync(held).ConfigureAwait(false)
        : await store.ReleaseAsync(held).ConfigureAwait(false) is not null;

    // As long as this process lives, others take it to work on what it could not give back.
    private async Task RestAsync()
    {
        if (!_held.IsEmpty)
        {
            return;
        }

        if (_hasUnreleased)
        {
            _hasUnreleased = false;
            await store.LetGoAsync().ConfigureAwait(false);
        }

        store.ShrinkLog();
    }
}
