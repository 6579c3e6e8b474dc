using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Progress;

/// <summary>
/// The progress of a command: one bar for all its records, and one below it for the record that has been in progress longest. It is
/// refreshed four times a second, because hosts drop faster updates and each one costs time.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CommandProgress(TimeProvider time)
{
    private const int MostPercent = 99;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // A record that takes no longer than this needs no bar of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Commands side by side in one session, as with ForEach-Object -Parallel, each have bars of their own.
    private static int s_lastId;

    // Results have whole milliseconds.
    private readonly DateTimeOffset _started = time.GetUtcNow().AddMilliseconds(-1);
    private readonly int _id = Interlocked.Add(ref s_lastId, 2);
    private readonly ProgressRate _rate = new(time);
    private readonly ConcurrentDictionary<long, ProgressItem> _items = new();
    private long _lastItem;
    private long _shown;
    private bool _hasItem;
    private int _images;
    private string _activity = "";

    /// <summary>How many records have succeeded.</summary>
    public int Done { get; set; }

    /// <summary>How many have failed.</summary>
    public int Failed { get; set; }

    /// <summary>How many records there are; null while that is not known.</summary>
    public int? Total { get; set; }

    /// <summary>Takes note of a result, whose images count if it was read by this command: those of an earlier run took no time.</summary>
    public void Add(ImagenResult result) =>
        _images += result.CompletedAt >= _started.UtcDateTime ? result.Images.Count(image => image.Path is not null) : 0;

    /// <summary>Takes note of a record that begins.</summary>
    /// <param name="provider">Where it is sent.</param>
    /// <param name="describe">What it is called; asked for only when it is shown.</param>
    /// <returns>What is to be disposed of when it has ended.</returns>
    public IDisposable Begin(string provider, Func<string> describe)
    {
        var item = new ProgressItem(Interlocked.Increment(ref _lastItem), provider, describe, time.GetTimestamp(), _items);
        _items[item.Number] = item;
        return item;
    }

    /// <summary>The records to write now; none when the last ones are recent enough.</summary>
    /// <param name="command">What the command is called.</param>
    /// <param name="running">How many records are in progress.</param>
    /// <param name="outage">Which provider does not answer, or null.</param>
    /// <param name="uploads">The files that are being uploaded, or null.</param>
    public IEnumerable<ProgressRecord> Next(string command, int running, string? outage, UploadProgress? uploads)
    {
        if (_shown != 0 && time.GetElapsedTime(_shown) < Interval)
        {
            yield break;
        }

        _shown = time.GetTimestamp();
        _rate.Add(Done + Failed, _images);
        var providers = _items.Values.Select(item => item.Provider).Distinct(StringComparer.OrdinalIgnoreCase).Order().ToList();
        _activity = providers.Count == 0 ? command : CommandMessages.ProgressActivity.With(command, string.Join(", ", providers));
        yield return Bar(Status(running, outage, uploads), uploads);

        var longest = _items.Values.MinBy(item => item.Number);
        if (longest is not null && time.GetElapsedTime(longest.Started) is var elapsed && elapsed >= Patience)
        {
            _hasItem = true;
            yield return Item(
                CommandMessages.ProgressLongest.With(longest.Describe()),
                CommandMessages.ProgressSeconds.With((int)elapsed.TotalSeconds),
                ProgressRecordType.Processing);
        }
        else if (_hasItem)
        {
            yield return EndOfItem();
        }
    }

    /// <summary>The records that take the bars away; none when they were never shown.</summary>
    public IEnumerable<ProgressRecord> End()
    {
        if (_hasItem)
        {
            yield return EndOfItem();
        }

        if (_shown != 0)
        {
            yield return new ProgressRecord(_id, _activity, Status(0, null, null)) { RecordType = ProgressRecordType.Completed };
        }
    }

    private ProgressRecord Bar(string status, UploadProgress? uploads)
    {
        var bar = new ProgressRecord(_id, _activity, status);
        if (uploads is not null)
        {
            bar.PercentComplete = uploads.Percent;
        }
        else if (Total is > 0 and var total)
        {
            // It is full when it is taken away, not before.
            bar.PercentComplete = (int)Math.Clamp(100L * (Done + Failed) / total, 0, MostPercent);
            bar.SecondsRemaining = _rate.SecondsFor(total - Done - Failed) ?? -1;
        }

        return bar;
    }

    private ProgressRecord EndOfItem()
    {
        _hasItem = false;
        return Item(_activity, " ", ProgressRecordType.Completed);
    }

    private ProgressRecord Item(string activity, string status, ProgressRecordType type) =>
        new(_id + 1, activity, status) { ParentActivityId = _id, RecordType = type };

    // What matters most comes first: a narrow window cuts the end.
    private string Status(int running, string? outage, UploadProgress? uploads) => Parts(
        Total is { } total ? CommandMessages.ProgressOfTotal.With(Done + Failed, total) : CommandMessages.ProgressDone.With(Done + Failed),
        _rate.ImagesPerMinute is > 0 and var rate
            ? CommandMessages.ProgressRate.With(rate.ToString(rate < 10 ? "0.0" : "0", CultureInfo.CurrentCulture))
            : null,
        Failed > 0 ? CommandMessages.ProgressFailed.With(Failed) : null,
        running > 0 ? CommandMessages.ProgressRunning.With(running) : null,
        uploads?.Status,
        outage);

    private static string Parts(params string?[] parts) => string.Join(", ", parts.Where(part => part is not null));

    private sealed record ProgressItem(
        long Number, string Provider, Func<string> Describe, long Started, ConcurrentDictionary<long, ProgressItem> All) : IDisposable
    {
        public void Dispose() => All.TryRemove(Number, out _);
    }
}
