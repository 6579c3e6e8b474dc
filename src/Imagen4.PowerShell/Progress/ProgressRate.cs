namespace Imagen4.PowerShell.Progress;

/// <summary>How fast a command has been during the last minute: rows of an earlier run, which take no time, are forgotten soon.</summary>
/// <param name="time">The clock.</param>
internal sealed class ProgressRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Before this much has passed, a rate would be a guess.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly Queue<(long At, int Records, int Images)> _samples = new();
    private (long At, int Records, int Images) _last;

    /// <summary>How many images are saved in a minute; null while that is not known.</summary>
    public double? ImagesPerMinute => Elapsed is { } elapsed ? (_last.Images - _samples.Peek().Images) / elapsed.TotalMinutes : null;

    /// <summary>Takes note of how far the command is.</summary>
    /// <param name="records">How many records have ended.</param>
    /// <param name="images">How many images have been saved.</param>
    public void Add(int records, int images)
    {
        _last = (time.GetTimestamp(), records, images);
        _samples.Enqueue(_last);
        while (_samples.Count > 1 && time.GetElapsedTime(_samples.Peek().At, _last.At) > Window)
        {
            _ = _samples.Dequeue();
        }
    }

    /// <summary>How many seconds this many records take; null while that is not known.</summary>
    public int? SecondsFor(int records)
    {
        var ended = Elapsed is null ? 0 : _last.Records - _samples.Peek().Records;
        return ended <= 0 ? null : (int)Math.Min(int.MaxValue, Math.Ceiling(Elapsed!.Value.TotalSeconds / ended * records));
    }

    private TimeSpan? Elapsed => _samples.Count > 1 && time.GetElapsedTime(_samples.Peek().At, _last.At) is var elapsed && elapsed >= Shortest
        ? elapsed
        : null;
}
