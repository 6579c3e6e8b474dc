using System.Collections.Concurrent;
using System.Globalization;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>A row's wait for whoever works on it: how long it lasts, and what is reported to the user meanwhile.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="time">The clock.</param>
internal sealed class RowWait(RequestLedger ledger, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    // A wait of a few seconds is not worth a word: two runs of the same rows often meet.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    // It is unknown whether the holder is running where its lock may not be opened: that is not waited for without end.
    private static readonly TimeSpan LongestUnsure = TimeSpan.FromMinutes(10);

    private long? _began;

    /// <summary>How long it may last; zero for no limit.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>Receives what the user should know.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>The holders the user has been told of.</summary>
    public required ConcurrentDictionary<long, bool> Told { get; init; }

    /// <summary>Waits for a moment.</summary>
    /// <param name="known">What is known of the row.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The error that ends the wait, or null while it goes on.</returns>
    public async Task<WaitTimeoutException?> PauseAsync(LedgerRequest known, CancellationToken cancellation)
    {
        _began ??= time.GetTimestamp();
        var waited = time.GetElapsedTime(_began.Value);
        var isLong = waited >= Silence;

        // Where there is no holder any more, the row is just being handed over.
        if ((isLong || (Limit > TimeSpan.Zero && waited >= Limit))
            && await ledger.HolderAsync(known, cancellation).ConfigureAwait(false) is { } holder)
        {
            TimeSpan? limit = Limit > TimeSpan.Zero ? Limit : holder.UnreadableLock is null ? null : LongestUnsure;
            if (limit is { } longest && waited >= longest)
            {
                return new WaitTimeoutException(Messages.RowHeldTooLong.With(Describe(holder), longest.TotalSeconds) + Unsure(holder))
                {
                    RequestId = known.RequestId,
                };
            }

            if (isLong && Told.TryAdd(holder.Owner, true))
            {
                var until = limit is { } most ? Messages.RowHeldUntil.With(most.TotalSeconds) : Messages.RowHeldWithoutLimit;
                Warn?.Invoke(Messages.RowHeld.With(Describe(holder), until) + Unsure(holder));
            }
        }

        await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        return null;
    }

    private static string Describe(RowHolder holder)
    {
        var since = holder.Since.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return holder.Process is not { } process ? Messages.RowHolderNamed.With(holder.Owner, since)
            : (holder.IsThis ? Messages.RowHolderHere : Messages.RowHolder).With(process.Process, process.Machine, since);
    }

    private static string Unsure(RowHolder holder) => holder.UnreadableLock is { } path ? $" {Messages.RowHolderUnsure.With(path)}" : "";
}
