namespace Imagen4.Core.Pipeline.Batch;

/// <summary>What has become of one record. A row that was sent has a value, failed and doubtful ones too.</summary>
/// <typeparam name="T">The kind of object the caller gets.</typeparam>
/// <param name="Value">The object; null when nothing was sent.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
public sealed record RowOutcome<T>(T? Value, ImagenException? Error)
    where T : class
{
    /// <summary>Whether the row was submitted before, by an earlier run or another process: this one paid nothing for it.</summary>
    public bool IsContinued { get; init; }
}
