using System.Collections.Concurrent;
using Imagen4.Core.Settings;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The ledger of this machine's user: every step of every request, written before the next one is taken. One instance serves
/// all batches of a process.
/// </summary>
internal sealed class RequestLedger : ILedger, IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<RequestLedger>> Ledgers = new(StringComparer.Ordinal);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Lazy<Task> _compaction;
    private OwnerLock? _owner;
    private SegmentWriter? _writer;
    private Claims? _claims;

    /// <summary>Opens a ledger. Nothing is read or written.</summary>
    /// <param name="home">The state folder.</param>
    /// <param name="time">The clock.</param>
    public RequestLedger(string home, TimeProvider time)
    {
        (Folder, _time) = (new LedgerFolder(home), time);
        View = new LedgerView(Folder);
        _compaction = new Lazy<Task>(() => Task.Run(CompactIfDue));
    }

    /// <summary>The ledger in <c>IMAGEN4_HOME</c>.</summary>
    public static RequestLedger Shared => Ledgers
        .GetOrAdd(StateFolder.Path, home => new Lazy<RequestLedger>(() => new RequestLedger(home, TimeProvider.System)))
        .Value;

    /// <summary>Its files.</summary>
    public LedgerFolder Folder { get; }

    /// <summary>What it says.</summary>
    public LedgerView View { get; }

    /// <summary>The time by the clock that its lines are written with.</summary>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <summary>Called before a step of a row is written, and after (true). Tests end the process here.</summary>
    public Action<LedgerStep, bool>? Passing { get; set; }

    /// <summary>This process's name in it.</summary>
    /// <exception cref="LedgerUnavailableException">Its folder cannot be written to.</exception>
    public string Owner => Open().Owner;

    /// <summary>Who works on what.</summary>
    /// <exception cref="LedgerUnavailableException">Its folder cannot be written to.</exception>
    public Claims Claims
    {
        get
        {
            _ = Open();
            return _claims!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask RecordAsync(LedgerStep step, LedgerEntry entry, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var isDurable = step is not (LedgerStep.NotSent or LedgerStep.Throttled or LedgerStep.Held or LedgerStep.Left);
        Passing?.Invoke(step, false);
        await WriteAsync(Line(step, entry), isDurable).ConfigureAwait(false);
        Passing?.Invoke(step, true);
    }

    /// <summary>Adds a step to a submission that is known.</summary>
    /// <param name="step">The step.</param>
    /// <param name="known">What is known of it.</param>
    /// <param name="requestId">The host's id, where the step tells it.</param>
    public Task RecordAsync(LedgerStep step, LedgerRequest known, string? requestId = null) =>
        WriteAsync(known.ToLine() with
        {
            Step = step,
            Time = Now(),
            Input = null,
            Settings = null,
            Delivery = null,
            Started = null,
            Accepted = null,
            RequestId = requestId ?? known.RequestId,
            Error = null,
            ErrorType = null,
            Refusal = null,
            IsLeft = true,
        }, isDurable: true);

    /// <summary>The segment this process writes; null where it has written nothing yet.</summary>
    public string? Writing => _writer?.Path;

    /// <summary>Ends this process's segment, so that it may be rewritten.</summary>
    public Task EndSegmentAsync() => _writer?.EndSegmentAsync() ?? Task.CompletedTask;

    /// <summary>Rewrites old segments where it is time to, once in the life of a process and beside whatever else it does.</summary>
    public Task CompactOnceAsync() => _compaction.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_compaction.IsValueCreated)
        {
            await _compaction.Value.ConfigureAwait(false);
        }

        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        _owner?.Dispose();
    }

    private void CompactIfDue()
    {
        try
        {
            _ = new Compaction(this, _time).RunIfDue();
        }
        catch (LedgerUnavailableException)
        {
            // It is as good as before, only not as small. Where it cannot be used at all, the batch says so itself.
        }
    }

    private async Task WriteAsync(LedgerLine line, bool isDurable)
    {
        _ = Open();
        await _writer!.WriteAsync(CheckedLine.Write(line, LedgerJson.Plain.LedgerLine), isDurable).ConfigureAwait(false);
    }

    private OwnerLock Open()
    {
        lock (_lock)
        {
            // A folder somebody has deleted takes the lock with it, and everyone else would take this process for dead.
            if (_owner is not null && File.Exists(Folder.OwnerLock(_owner.Owner)))
            {
                return _owner;
            }

            try
            {
                Folder.Create();
                _owner?.Dispose();
                _owner = OwnerLock.Take(Folder, _time);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new LedgerUnavailableException(Messages.LedgerUnwritable.With(Folder.Root, error.Message), error);
            }

            _writer = new SegmentWriter(Folder, _owner.Owner);
            _claims = new Claims(Folder, _owner.Owner);
            return _owner;
        }
    }

    // What is sent stands in the first line of an attempt; later lines need only say whose they are.
    private LedgerLine Line(LedgerStep step, LedgerEntry entry) => new()
    {
        Step = step,
        LedgerId = entry.LedgerId,
        Time = Now(),
        Owner = Owner,
        Attempt = entry.Attempt,
        Claim = entry.Claim,
        IsLeft = entry.IsLeft || step == LedgerStep.Left,
        Row = entry.Row?.Row,
        Subject = entry.Row?.Subject,
        InputHash = entry.Row?.InputHash,
        Directory = entry.Row?.Directory,
        Index = entry.Index,
        Provider = entry.Provider,
        Model = entry.Model,
        Key = entry.Key,
        BaseAddress = entry.BaseAddress,
        Input = step == LedgerStep.Intent ? entry.Input : null,
        Settings = step == LedgerStep.Intent ? LedgerSettings.Of(entry.Settings) : null,
        RequestId = entry.RequestId,
        Seed = entry.Seed,
        Delivery = entry.Delivery,
        Error = entry.Error,
        ErrorType = entry.ErrorType,
        Refusal = entry.Refusal,
    };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
