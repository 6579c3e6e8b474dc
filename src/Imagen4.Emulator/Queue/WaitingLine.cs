namespace Imagen4.Emulator.Queue;

/// <summary>
/// Jobs in the order in which they came. A job's position is found by its ticket in logarithmic time, because every
/// status read of every waiting job asks for it. Not thread-safe: the queue holds its lock.
/// </summary>
internal sealed class WaitingLine
{
    private static readonly Comparer<Entry> ByTicket = Comparer<Entry>.Create((a, b) => a.Ticket.CompareTo(b.Ticket));

    private readonly List<Entry> _entries = [];
    private readonly Dictionary<Job, long> _tickets = [];
    private long _nextTicket;
    private int _head;

    public int Count => _entries.Count - _head;

    public void Enqueue(Job job)
    {
        _tickets.Add(job, _nextTicket);
        _entries.Add(new Entry(_nextTicket++, job));
    }

    public Job? Dequeue()
    {
        if (Count == 0)
        {
            return null;
        }

        var job = _entries[_head++].Job;
        _tickets.Remove(job);
        Compact();
        return job;
    }

    public bool Remove(Job job)
    {
        if (!_tickets.Remove(job, out var ticket))
        {
            return false;
        }

        _entries.RemoveAt(IndexOf(ticket));
        return true;
    }

    /// <summary>How many jobs are ahead, or null when the job is not in this line.</summary>
    public int? PositionOf(Job job) => _tickets.TryGetValue(job, out var ticket) ? IndexOf(ticket) - _head : null;

    private int IndexOf(long ticket) =>
        _entries.BinarySearch(_head, Count, new Entry(ticket, null!), ByTicket);

    // Taken entries are dropped in bulk, so that taking one costs no move of all the others.
    private void Compact()
    {
        if (_head >= 1024 && _head * 2 >= _entries.Count)
        {
            _entries.RemoveRange(0, _head);
            _head = 0;
        }
    }

    private readonly record struct Entry(long Ticket, Job Job);
}
