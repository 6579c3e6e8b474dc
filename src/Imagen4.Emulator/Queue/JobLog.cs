namespace Imagen4.Emulator.Queue;

/// <summary>What a job has logged by a given moment. Computed from its times, so that no job has to store or schedule lines.</summary>
internal static class JobLog
{
    private const int ProgressLines = 4;

    public static IReadOnlyList<LogEntry> Until(Job job, DateTimeOffset now)
    {
        var progress = job.Progress;
        var entries = new List<LogEntry>(ProgressLines + 2);
        if (progress.StartedAt is { } started)
        {
            entries.Add(Line($"Generating with {job.Endpoint}", "INFO", started));
            var horizon = progress.EndedAt ?? now;
            for (var i = 1; i < ProgressLines; i++)
            {
                var at = started + (progress.Duration * i / ProgressLines);
                if (at <= horizon && progress.Duration > TimeSpan.Zero)
                {
                    entries.Add(Line($"Sampling: {100 * i / ProgressLines} %", "DEBUG", at));
                }
            }
        }

        if (progress.EndedAt is { } ended)
        {
            entries.Add(progress.Failure is { } failure
                ? Line(failure.Message, "ERROR", ended)
                : Line($"Finished with {job.Plan.Images.Count} image(s)", "INFO", ended));
        }

        return entries;
    }

    private static LogEntry Line(string message, string level, DateTimeOffset at) => new(message, level, "run", at.UtcDateTime);
}
