using System.Threading.Channels;

namespace Imagen4.Core.Ledger.Store;

/// <summary>
/// The one writer of a process. Changes that come together are committed together, so that many rows at once share a flush
/// instead of waiting for each other's. A group whose connection breaks off is written again: it may have been committed, so
/// every change has to be one that can be made twice.
/// </summary>
/// <param name="database">The database.</param>
internal sealed class GroupCommit(ILedgerDatabase database) : IAsyncDisposable
{
    // What waits while one transaction is written goes into the next; one that is too long would keep other processes waiting.
    private const int LargestGroup = 500;
    private const long MostBytes = 16 * 1024 * 1024;
    private const int MostTries = 3;

    private readonly Channel<Change> _queue = Channel.CreateUnbounded<Change>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private Task? _loop;
    private StoreConnection? _connection;
    private int _incarnation;

    /// <summary>Makes a change. When it returns, the change outlives a power failure.</summary>
    /// <param name="statements">The statements of the change, in their order.</param>
    /// <returns>How many rows each statement has changed.</returns>
    /// <exception cref="LedgerUnavailableException">Nothing of it was written.</exception>
    public Task<int[]> RunAsync(params Statement[] statements)
    {
        lock (_lock)
        {
            _loop ??= Task.Run(RunAsync);
        }

        var change = new Change(statements, new TaskCompletionSource<int[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _queue.Writer.TryWrite(change)
            ? change.Done.Task
            : throw new LedgerUnavailableException(Messages.LedgerClosed);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _ = _queue.Writer.TryComplete();
        await (_loop ?? Task.CompletedTask).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var group = new List<Change>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            var bytes = 0L;
            while (group.Count < LargestGroup && bytes < MostBytes && _queue.Reader.TryRead(out var change))
            {
                group.Add(change);
                bytes += change.Statements.Sum(statement => statement.Late);
            }

            await CommitAsync(group).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(List<Change> group)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var changed = await TryCommitAsync(group).ConfigureAwait(false);
                var next = 0;
                foreach (var change in group)
                {
                    change.Done.SetResult(changed[next..(next += change.Statements.Length)]);
                }

                return;
            }
            catch (Exception error) when (attempt < MostTries && database.IsTransient(error))
            {
                await CloseAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is: those who wait for their changes must be told.
            catch (Exception error)
#pragma warning restore CA1031
            {
                await CloseAsync().ConfigureAwait(false);
                if (group.Count == 1 || !database.IsOfOneChange(error))
                {
                    var failure = error as LedgerUnavailableException ?? database.Unavailable(error, writes: true);
                    group.ForEach(change => change.Done.SetException(failure));
                    return;
                }

                // One change that the database does not take must not cost the others.
                foreach (var change in group)
                {
                    await CommitAsync([change]).ConfigureAwait(false);
                }

                return;
            }
        }
    }

    private async Task<int[]> TryCommitAsync(List<Change> group)
    {
        if (_connection is not null && _incarnation != database.Incarnation)
        {
            await CloseAsync().ConfigureAwait(false);
        }

        if (_connection is null)
        {
            _incarnation = database.Incarnation;
            _connection = new StoreConnection(
                await database.OpenAsync(writes: true, CancellationToken.None).ConfigureAwait(false)
                ?? throw new InvalidOperationException("A ledger that is opened to be written is there."));
        }

        Statement[] statements = group.Count == 1 ? group[0].Statements : [.. group.SelectMany(change => change.Statements)];
        if (database.LockClaims is not { } turn || !statements.Any(statement => statement.IsExclusive))
        {
            return await _connection.CommitAsync(statements).ConfigureAwait(false);
        }

        // First, before any row is locked: who waits for it holds nothing that another one needs.
        return (await _connection.CommitAsync([new Statement(turn), .. statements]).ConfigureAwait(false))[1..];
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed record Change(Statement[] Statements, TaskCompletionSource<int[]> Done);
}
