namespace Imagen4.Emulator.Queue;

/// <summary>The three states there are. A job that failed or was cancelled is completed too.</summary>
internal enum JobState
{
    InQueue,
    InProgress,
    Completed,
}
