using System.Collections.Concurrent;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// Notices when a provider that is asked does not answer: after a while, it is said once. It begins with a read that is not answered,
/// and ends with the first one that is, whichever request it is for.
/// </summary>
/// <param name="provider">The provider's name.</param>
/// <param name="time">The clock.</param>
/// <param name="warn">Receives the warning, on any thread.</param>
internal sealed class HostOutage(string provider, TimeProvider time, Action<string>? warn)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private int _asking;
    private DateTimeOffset _since;
    private DateTimeOffset? _until = DateTimeOffset.MinValue;
    private string? _trouble;
    private bool _isWaitedFor;
    private bool _isSaid;

    /// <summary>One line on the outage while somebody waits for it to end; null where there is none that has been said.</summary>
    public string? Current
    {
        get
        {
            lock (_lock)
            {
                return _isSaid && _asking > 0 ? Messages.OutageCurrent.With(provider, _since) : null;
            }
        }
    }

    /// <summary>Takes note of a read that begins, with all its repeats.</summary>
    /// <param name="until">When whoever asks gives up; null for never.</param>
    /// <param name="isWait">Whether it is repeated until then; without that it may be given up sooner.</param>
    /// <returns>What is to be disposed of when it has ended.</returns>
    public IDisposable Ask(DateTimeOffset? until, bool isWait = true)
    {
        lock (_lock)
        {
            _isWaitedFor |= isWait;
            _until = until is { } end && _until is { } latest ? (end > latest ? end : latest) : null;
            if (++_asking == 1 && !_isSaid)
            {
                Start();
            }
        }

        return new Asked(this);
    }

    /// <summary>Takes note of an answer: there is no outage.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            (_isSaid, _trouble) = (false, null);
            if (_asking > 0)
            {
                Start();
            }
        }
    }

    /// <summary>Takes note of what was wrong with an attempt.</summary>
    public void Failed(string trouble)
    {
        lock (_lock)
        {
            _trouble = trouble;
        }
    }

    private void Start()
    {
        _since = time.GetUtcNow();
        _timer ??= time.CreateTimer(_ => Say(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _timer.Change(Patience, Timeout.InfiniteTimeSpan);
    }

    private void Say()
    {
        string text;
        lock (_lock)
        {
            if (_asking == 0 || _isSaid)
            {
                return;
            }

            // A timer and the time of day are two clocks: it may come a moment early, and must come again.
            if (time.GetUtcNow() - _since is var passed && passed < Patience)
            {
                _ = _timer!.Change(TimeSpan.FromMilliseconds(Math.Ceiling((Patience - passed).TotalMilliseconds)),
                    Timeout.InfiniteTimeSpan);
                return;
            }

            _isSaid = true;
            var trouble = _trouble ?? Messages.OutageSilent;
            text = _until is { } end
                ? (_isWaitedFor ? Messages.OutageUntil : Messages.OutageFewTimes).With(provider, _since, trouble, end)
                : Messages.OutageWithoutEnd.With(provider, _since, trouble);
        }

        warn?.Invoke(text);
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_asking == 0)
            {
                _ = _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private sealed class Asked(HostOutage outage) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                outage.End();
            }
        }
    }
}

/// <summary>Which providers do not answer, for one batch: each outage of each is said once, whatever number of rows waits for it.</summary>
/// <param name="time">The clock.</param>
/// <param name="warn">Receives the warnings, on any thread.</param>
public sealed class HostOutages(TimeProvider time, Action<string>? warn)
{
    private readonly ConcurrentDictionary<string, HostOutage> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>One line on the outages that somebody waits for to end; null where there are none.</summary>
    public string? Current
    {
        get
        {
            var said = _hosts.Values.Select(host => host.Current).OfType<string>().Order(StringComparer.Ordinal).ToList();
            return said.Count == 0 ? null : string.Join("; ", said);
        }
    }

    /// <summary>A provider's own.</summary>
    internal HostOutage Of(string provider) => _hosts.GetOrAdd(provider, name => new HostOutage(name, time, warn));
}
