namespace Imagen4.Emulator.Queue;

/// <summary>One line of a job's log, as the status answers carry it.</summary>
internal sealed record LogEntry(string Message, string Level, string Source, DateTime Timestamp);
