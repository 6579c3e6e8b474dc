using System.Collections.Concurrent;

namespace Imagen4.Emulator.Queue;

/// <summary>The jobs that can still be asked for: all unfinished ones and the newest of the finished.</summary>
internal sealed class JobStore(int capacity)
{
    private readonly ConcurrentDictionary<string, Job> _byId = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private Queue<Job> _oldestFirst = new();

    public Job? Find(string requestId) => _byId.GetValueOrDefault(requestId);

    public void Add(Job job)
    {
        _byId[job.RequestId] = job;
        lock (_gate)
        {
            _oldestFirst.Enqueue(job);
            while (_oldestFirst.Count > capacity && IsFinished(_oldestFirst.Peek()))
            {
                _byId.TryRemove(_oldestFirst.Dequeue().RequestId, out _);
            }
        }
    }

    public IReadOnlyList<Job> NewestFirst(int limit)
    {
        lock (_gate)
        {
            return [.. _oldestFirst.Reverse().Take(limit)];
        }
    }

    public int ForgetFinished()
    {
        lock (_gate)
        {
            var finished = _oldestFirst.Where(IsFinished).ToList();
            finished.ForEach(job => _byId.TryRemove(job.RequestId, out _));
            _oldestFirst = new Queue<Job>(_oldestFirst.Except(finished));
            return finished.Count;
        }
    }

    private static bool IsFinished(Job job) => job.Progress.State == JobState.Completed;
}
