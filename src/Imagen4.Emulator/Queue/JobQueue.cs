using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Queue;

/// <summary>Runs jobs in a number of slots and keeps the others waiting, those of low priority behind all normal ones.</summary>
internal sealed class JobQueue(int slots, TimeSpan generationTime, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly WaitingLine _normal = new();
    private readonly WaitingLine _low = new();
    private readonly Dictionary<Job, ITimer> _running = [];
    private readonly Dictionary<Job, ITimer> _deadlines = [];
    private QueueFigures _peak;

    public int Slots { get; private set; } = slots;

    public TimeSpan GenerationTime { get; private set; } = generationTime;

    public QueueFigures Figures
    {
        get
        {
            lock (_gate)
            {
                return new QueueFigures(_running.Count, Waiting);
            }
        }
    }

    public QueueFigures Peak
    {
        get
        {
            lock (_gate)
            {
                return _peak;
            }
        }
    }

    private int Waiting => _normal.Count + _low.Count;

    /// <summary>Takes the job and says how many are ahead of it; null if more jobs than it allows wait already.</summary>
    public int? Submit(Job job)
    {
        lock (_gate)
        {
            if (Waiting > job.Settings.MaxWaiting)
            {
                return null;
            }

            (job.Settings.LowPriority ? _low : _normal).Enqueue(job);
            var position = PositionOf(job);
            StartWaiting();
            if (job is { Progress.State: JobState.InQueue, Settings.StartTimeout: { } timeout })
            {
                _deadlines.Add(job, time.CreateTimer(_ => Expire(job), null, timeout, Timeout.InfiniteTimeSpan));
            }

            _peak = _peak with { Waiting = Math.Max(_peak.Waiting, Waiting) };
            return position;
        }
    }

    /// <summary>How many jobs are ahead, or null when the job does not wait.</summary>
    public int? PositionOf(Job job)
    {
        lock (_gate)
        {
            return job.Settings.LowPriority ? _normal.Count + _low.PositionOf(job) : _normal.PositionOf(job);
        }
    }

    /// <summary>Ends a waiting or running job now; false when it has ended already.</summary>
    public bool Cancel(Job job, Failure reason)
    {
        lock (_gate)
        {
            if (_running.Remove(job, out var timer))
            {
                timer.Dispose();
            }
            else if (!StopWaiting(job))
            {
                return false;
            }

            Complete(job, reason);
            StartWaiting();
            return true;
        }
    }

    /// <summary>Changes the queue while it works; jobs that run already keep their time.</summary>
    public void Configure(int slots, TimeSpan generationTime)
    {
        lock (_gate)
        {
            Slots = slots;
            GenerationTime = generationTime;
            StartWaiting();
        }
    }

    public void ResetPeak()
    {
        lock (_gate)
        {
            _peak = new QueueFigures(_running.Count, Waiting);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _running.Values.Concat(_deadlines.Values))
            {
                timer.Dispose();
            }

            _running.Clear();
            _deadlines.Clear();
        }
    }

    private void StartWaiting()
    {
        while (_running.Count < Slots && (_normal.Dequeue() ?? _low.Dequeue()) is { } job)
        {
            ForgetDeadline(job);
            _peak = _peak with { Running = Math.Max(_peak.Running, _running.Count + 1) };
            var duration = job.Plan.Duration ?? GenerationTime;
            job.MoveTo(new JobProgress(JobState.InProgress) { StartedAt = time.GetUtcNow(), Duration = duration });
            if (duration == TimeSpan.Zero)
            {
                Complete(job, job.Plan.Failure);
            }
            else
            {
                _running.Add(job, time.CreateTimer(_ => Finish(job), null, duration, Timeout.InfiniteTimeSpan));
            }
        }
    }

    private void Expire(Job job)
    {
        lock (_gate)
        {
            if (StopWaiting(job))
            {
                Complete(job, Failure.NotStartedInTime);
            }
        }
    }

    /// <summary>False when it does not wait: it was started, cancelled or expired.</summary>
    private bool StopWaiting(Job job)
    {
        ForgetDeadline(job);
        return _normal.Remove(job) || _low.Remove(job);
    }

    private void ForgetDeadline(Job job)
    {
        if (_deadlines.Remove(job, out var timer))
        {
            timer.Dispose();
        }
    }

    private void Finish(Job job)
    {
        lock (_gate)
        {
            // Not running any more: it was cancelled while the timer fired.
            if (!_running.Remove(job, out var timer))
            {
                return;
            }

            timer.Dispose();
            Complete(job, job.Plan.Failure);
            StartWaiting();
        }
    }

    private void Complete(Job job, Failure? failure) =>
        job.MoveTo(job.Progress with { State = JobState.Completed, EndedAt = time.GetUtcNow(), Failure = failure });
}

/// <summary>How many jobs there are of each kind.</summary>
internal readonly record struct QueueFigures(int Running, int Waiting);
