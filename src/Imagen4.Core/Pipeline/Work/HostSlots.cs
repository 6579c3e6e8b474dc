
namespace Imagen4.Core.Pipeline.Work;

/// <summary>
/// How many pieces of work are in progress at each host. Every provider has a limit of its own; what is beyond it waits in line, so that
/// the work of one provider does not hold up that of another.
/// </summary>
public sealed class HostSlots
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.OrdinalIgnoreCase);
    private Line? _shared;
    private bool _isClosed;
    private int _waiting;

    /// <summary>How many pieces of work may be in progress at all providers together.</summary>
    public int Total { get; private set; }

    /// <summary>Whether there is more than one provider.</summary>
    public bool AreSeveral
    {
        get
        {
            lock (_lock)
            {
                return _lines.Count > 1;
            }
        }
    }

    /// <summary>How many pieces of work wait in line.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Adds a provider, if it is not known yet.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="limit">How many pieces of work may be in progress there.</param>
    /// <param name="isShared">Whether the limit is that of all providers together, which then stand in one line.</param>
    public void Add(string provider, int limit, bool isShared = false)
    {
        lock (_lock)
        {
            if (_lines.ContainsKey(provider))
            {
                return;
            }

            if (!isShared || _shared is null)
            {
                Total += limit;
            }

            _lines.Add(provider, isShared ? _shared ??= new Line(limit) : new Line(limit));
        }
    }

    /// <summary>Takes a place at a provider: one of those that are free, or one in line.</summary>
    /// <param name="provider">The provider, which has been added.</param>
    public HostSlot Enter(string provider)
    {
        var slot = new HostSlot(this, provider);
        lock (_lock)
        {
            var line = _lines[provider];
            if (_isClosed)
            {
                slot.Turn.SetResult(false);
            }
            else if (line.Running < line.Limit)
            {
                line.Running++;
                slot.Turn.SetResult(true);
            }
            else
            {
                line.Waiting.Enqueue(slot);
                _ = Interlocked.Increment(ref _waiting);
            }
        }

        return slot;
    }

    /// <summary>Runs work when its turn has come.</summary>
    /// <param name="slot">Its place.</param>
    /// <param name="work">The work.</param>
    /// <param name="stopping">Ends the wait.</param>
    /// <returns>What the work has come to; <see cref="WorkPump.Nothing"/> where it was not begun.</returns>
    public async Task<object> RunAsync(HostSlot slot, Func<Task<object>> work, CancellationToken stopping)
    {
        await using (stopping.Register(() => Close(slot)).ConfigureAwait(false))
        {
            if (!await slot.Turn.Task.ConfigureAwait(false))
            {
                stopping.ThrowIfCancellationRequested();
                return WorkPump.Nothing;
            }
        }

        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            slot.Release();
        }
    }

    /// <summary>Begins nothing more: what waits in line ends at once, with nothing.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var waiting in _lines.Values.SelectMany(line => line.Waiting))
            {
                Close(waiting);
            }
        }
    }

    private void Close(HostSlot slot)
    {
        if (slot.Turn.TrySetResult(false))
        {
            _ = Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Gives a place to the next in line.</summary>
    internal void Leave(string provider)
    {
        lock (_lock)
        {
            var line = _lines[provider];
            while (line.Waiting.TryDequeue(out var next))
            {
                if (next.Turn.TrySetResult(true))
                {
                    _ = Interlocked.Decrement(ref _waiting);
                    return;
                }
            }

            line.Running--;
        }
    }

    private sealed class Line(int limit)
    {
        public int Limit { get; } = limit;

        public int Running { get; set; }

        public Queue<HostSlot> Waiting { get; } = new();
    }
}

/// <summary>A place at a provider, or in the line before it.</summary>
public sealed class HostSlot
{
    private readonly HostSlots _slots;
    private int _isReleased;

    internal HostSlot(HostSlots slots, string provider) => (_slots, Provider) = (slots, provider);

    /// <summary>The provider.</summary>
    internal string Provider { get; }

    /// <summary>Ends with whether work may begin. Who gives the turn must not run the work that gets it.</summary>
    internal TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Gives the place up before the work has ended: the host is done with it, and may be given the next. May be called again.
    /// </summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            _slots.Leave(Provider);
        }
    }
}
