using System.Diagnostics;
using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>One line of progress for a command, refreshed a few times a second: hosts drop faster updates, and each costs time.</summary>
internal sealed class ProgressLine
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private const int ActivityId = 1;

    private long _shown;
    private string _activity = "";

    /// <summary>How many records have succeeded.</summary>
    public int Done { get; set; }

    /// <summary>How many have failed.</summary>
    public int Failed { get; set; }

    /// <summary>The record to write now, or null when the last one is recent enough.</summary>
    /// <param name="activity">What the command is called.</param>
    /// <param name="underWay">How many records are being worked on.</param>
    /// <param name="outage">Which provider does not answer, or null.</param>
    public ProgressRecord? Next(string activity, int underWay, string? outage)
    {
        if (_shown != 0 && Stopwatch.GetElapsedTime(_shown) < Interval)
        {
            return null;
        }

        (_shown, _activity) = (Stopwatch.GetTimestamp(), activity);
        var status = CommandMessages.ProgressStatus.With(Done, Failed, underWay);
        return new ProgressRecord(ActivityId, activity, outage is null ? status : CommandMessages.ProgressOutage.With(status, outage));
    }

    /// <summary>The record that takes the line away, or null when it was never shown.</summary>
    public ProgressRecord? End() => _shown == 0
        ? null
        : new ProgressRecord(ActivityId, _activity, CommandMessages.ProgressStatus.With(Done, Failed, 0))
            { RecordType = ProgressRecordType.Completed };
}
