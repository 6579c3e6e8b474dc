using System.Collections.Concurrent;
using System.Globalization;

namespace Imagen4.Core.Ledger;

/// <summary>A row's wait for whoever works on it: how long it lasts, and what the user is told meanwhile.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="row">The row.</param>
/// <param name="time">The clock.</param>
internal sealed class RowWait(RequestLedger ledger, RowIdentity row, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    // A wait of a few seconds is not worth a word: two runs of the same rows often meet.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    // Nobody can tell whether the holder lives where its lock may not be opened: that is not waited for without end.
    private static readonly TimeSpan LongestUnsure = TimeSpan.FromMinutes(10);

    private long? _began;

    /// <summary>How long it may last; zero for no limit.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>Receives what the user should know.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>The holders the user has been told of.</summary>
    public required ConcurrentDictionary<string, bool> Told { get; init; }

    /// <summary>Waits for a moment.</summary>
    /// <param name="known">What is known of the row, or null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The error that ends the wait, or null while it goes on.</returns>
    public async Task<WaitTimeoutException?> PauseAsync(LedgerRequest? known, CancellationToken cancellation)
    {
        _began ??= time.GetTimestamp();
        var waited = time.GetElapsedTime(_began.Value);
        var isLong = waited >= Silence;
        if ((isLong || (Limit > TimeSpan.Zero && waited >= Limit)) && FindHolder(known) is { } holder)
        {
            var limit = LimitFor(holder.Owner);
            if (limit is { } longest && waited >= longest)
            {
                return new WaitTimeoutException(Messages.RowHeldTooLong.With(Describe(holder), longest.TotalSeconds) + Unsure(holder.Owner))
                {
                    RequestId = known?.RequestId,
                };
            }

            if (isLong && Told.TryAdd(holder.Owner, true))
            {
                var until = limit is { } most ? Messages.RowHeldUntil.With(most.TotalSeconds) : Messages.RowHeldWithoutLimit;
                Warn?.Invoke(Messages.RowHeld.With(Describe(holder), until) + Unsure(holder.Owner));
            }
        }

        await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        return null;
    }

    private TimeSpan? LimitFor(string owner) => Limit > TimeSpan.Zero ? Limit
        : OwnerLock.IsReadable(ledger.Folder, owner) ? null : LongestUnsure;

    // The highest claim under which somebody works. Where there is none, the row is just changing hands.
    private (string Owner, int Claim)? FindHolder(LedgerRequest? known)
    {
        (string Owner, int Claim)? holder = known is { IsLeft: false, HasEnded: false } ? Working(known.Owner, known.Claim) : null;
        for (var number = (known?.Claim ?? -1) + 1; ledger.Claims.OwnerOf(row.Row, number) is { } owner; number++)
        {
            holder = Working(owner, number) ?? holder;
        }

        return holder;
    }

    private (string Owner, int Claim)? Working(string owner, int claim) =>
        owner.Length > 0 && ledger.Claims.IsWorking(owner, row.Row, claim) ? (owner, claim) : null;

    private string Describe((string Owner, int Claim) holder)
    {
        var since = ledger.Claims.TakenAt(row.Row, holder.Claim)?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "?";
        return OwnerName.Parse(holder.Owner) is not { } name ? Messages.RowHolderNamed.With(holder.Owner, since)
            : holder.Owner == ledger.Owner ? Messages.RowHolderHere.With(name.ProcessId, name.Machine, since)
            : Messages.RowHolder.With(name.ProcessId, name.Machine, since);
    }

    private string Unsure(string owner) =>
        OwnerLock.IsReadable(ledger.Folder, owner) ? "" : $" {Messages.RowHolderUnsure.With(ledger.Folder.OwnerLock(owner))}";
}
