using System.Collections.Concurrent;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>
/// Where every submission of a provider waits while its account is locked. Locks come and go, so one row at a time looks whether the
/// host takes requests again; when it has looked often enough, submitting ends. A refusal of the account is proof that nothing was
/// accepted: the row that got it may check again itself.
/// </summary>
/// <param name="host">The host, for its clock and its name.</param>
/// <param name="warn">Is told once why nothing is submitted.</param>
internal sealed class AccountLock(HostConnection host, Action<string>? warn)
{
    // An account that has taken nothing yet is hardly one whose lock comes and goes.
    private const int LooksAtFirst = 3;
    private const int LooksOfKnown = 6;
    private const int MostLooks = 30;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly long _start = host.Time.GetTimestamp();
    private State _state;
    private TimeSpan _opens;
    private bool _isLookedAt;
    private bool _hasAccepted;
    private bool _isSaid;
    private int _inARow;
    private int _all;
    private TaskCompletionSource _changed = NewChange();

    private enum State
    {
        Open,
        Locked,

        // Looked at often enough: who waits finds out that submitting has ended.
        Over,
    }

    /// <summary>Waits until the account is not known to be locked, or it is this row's turn to look.</summary>
    public async Task<Turn> TakeTurnAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            TimeSpan wait;
            lock (_lock)
            {
                if (_state != State.Locked)
                {
                    return new Turn(this, isLook: false);
                }

                (changed, wait) = (_changed.Task, _opens - Now());
                if (wait <= TimeSpan.Zero && !_isLookedAt)
                {
                    _isLookedAt = true;
                    return new Turn(this, isLook: true);
                }
            }

            await UntilAsync(changed, wait, cancellation).ConfigureAwait(false);
        }
    }

    private async Task UntilAsync(Task changed, TimeSpan wait, CancellationToken cancellation)
    {
        if (wait <= TimeSpan.Zero)
        {
            // Somebody is looking.
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
            return;
        }

        // A delay drops fractions of a millisecond, and would come back too early again and again.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var delay = Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), host.Time, over.Token);
        _ = await Task.WhenAny(delay, changed).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    // Whether it is looked at again.
    private bool Refused(Turn turn, string reason)
    {
        var isSaid = false;
        lock (_lock)
        {
            if (_state == State.Over)
            {
                return false;
            }

            if (_state == State.Open)
            {
                (_state, _inARow) = (State.Locked, 0);
                _opens = Now() + Pause();
                (isSaid, _isSaid) = (!_isSaid, true);
            }
            else if (turn.IsLook)
            {
                _inARow++;
                if (_inARow >= (_hasAccepted ? LooksOfKnown : LooksAtFirst) || ++_all >= MostLooks)
                {
                    // Said to those who wait when the turn is over: by then submitting has ended.
                    turn.IsLast = true;
                    return false;
                }

                _opens = Now() + Pause();
            }
        }

        if (isSaid)
        {
            warn?.Invoke(Messages.AccountLockedWaits.With(
                host.Profile.Name, PlainText.Line(reason).TrimEnd('.'), Seconds(LooksAtFirst), Seconds(LooksOfKnown)));
        }

        return true;
    }

    private void Opened()
    {
        lock (_lock)
        {
            _hasAccepted = true;
            if (_state == State.Locked)
            {
                _state = State.Open;
                Change();
            }
        }
    }

    private void End(Turn turn)
    {
        lock (_lock)
        {
            if (!turn.IsLook)
            {
                return;
            }

            _isLookedAt = false;
            _state = turn.IsLast ? State.Over : _state;
            Change();
        }
    }

    private void Change()
    {
        var changed = _changed;
        _changed = NewChange();
        changed.SetResult();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TimeSpan Pause() => Pause(_inARow);

    // Doubles from two seconds.
    private static TimeSpan Pause(int looks) => TimeSpan.FromSeconds(Math.Min(Math.Pow(2, looks + 1), Longest.TotalSeconds));

    private static double Seconds(int looks) => Enumerable.Range(0, looks).Sum(look => Pause(look).TotalSeconds);

    // Not the time of day, which somebody may set.
    private TimeSpan Now() => host.Time.GetElapsedTime(_start);

    /// <summary>A row's turn to submit. It ends with what the host has answered to that row.</summary>
    /// <param name="owner">The lock.</param>
    /// <param name="isLook">Whether the account is locked, and this row looks whether it still is.</param>
    public sealed class Turn(AccountLock owner, bool isLook) : IDisposable
    {
        /// <summary>Whether this row looks whether the account is still locked.</summary>
        public bool IsLook => isLook;

        /// <summary>Whether nobody looks again.</summary>
        internal bool IsLast { get; set; }

        /// <summary>Says that the host has locked the account.</summary>
        /// <param name="reason">The host's words.</param>
        /// <returns>Whether it is looked at again; false where submitting is to end.</returns>
        public bool Refused(string reason) => owner.Refused(this, reason);

        /// <summary>Says that the host has taken a request.</summary>
        public void Accepted() => owner.Opened();

        /// <inheritdoc/>
        public void Dispose() => owner.End(this);
    }
}

/// <summary>The locks of a batch, one for each provider.</summary>
/// <param name="warn">Is told once for each why nothing is submitted.</param>
internal sealed class AccountLocks(Action<string>? warn)
{
    private readonly ConcurrentDictionary<string, AccountLock> _locks = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The lock of a provider's account.</summary>
    public AccountLock For(HostConnection host) => _locks.GetOrAdd(host.Profile.Name, _ => new AccountLock(host, warn));
}
