using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>One line of progress for uploads: how many files, and how many of their bytes have gone up.</summary>
internal sealed class UploadProgress
{
    private const int ActivityId = 1;
    private const double Megabyte = 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private long _shown;
    private long _sent;
    private long _total;
    private string _activity = "";

    /// <summary>How many files have gone up.</summary>
    public int Done { get; set; }

    /// <summary>How many have not.</summary>
    public int Failed { get; set; }

    /// <summary>Adds a file; what is returned is told how many of its bytes have gone up, on any thread.</summary>
    public IProgress<long> Add(long length)
    {
        _ = Interlocked.Add(ref _total, length);
        return new FileProgress(this);
    }

    /// <summary>The record to write now, or null when the last one is recent enough.</summary>
    public ProgressRecord? Next(string activity, int underWay)
    {
        if (_shown != 0 && Stopwatch.GetElapsedTime(_shown) < Interval)
        {
            return null;
        }

        (_shown, _activity) = (Stopwatch.GetTimestamp(), activity);
        var (sent, total) = (Interlocked.Read(ref _sent), Interlocked.Read(ref _total));
        var counts = CommandMessages.ProgressStatus.With(Done, Failed, underWay);
        return new ProgressRecord(ActivityId, activity, CommandMessages.UploadStatus.With(counts, Shown(sent), Shown(total)))
        {
            PercentComplete = total == 0 ? -1 : (int)Math.Clamp(100 * sent / total, 0, 100),
        };
    }

    /// <summary>The record that takes the line away, or null when it was never shown.</summary>
    public ProgressRecord? End() => _shown == 0
        ? null
        : new ProgressRecord(ActivityId, _activity, CommandMessages.ProgressStatus.With(Done, Failed, 0))
            { RecordType = ProgressRecordType.Completed };

    private static string Shown(long bytes) => (bytes / Megabyte).ToString("0.0", CultureInfo.CurrentCulture);

    private sealed class FileProgress(UploadProgress all) : IProgress<long>
    {
        private long _last;

        public void Report(long value) => _ = Interlocked.Add(ref all._sent, value - Interlocked.Exchange(ref _last, value));
    }
}
