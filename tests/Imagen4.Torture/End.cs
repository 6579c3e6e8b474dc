namespace Imagen4.Torture;

/// <summary>What has become of one record in one run.</summary>
/// <typeparam name="T">The kind of object a user gets for it.</typeparam>
/// <param name="Value">The object; null where there is none.</param>
/// <param name="Error">What went wrong.</param>
internal sealed record End<T>(T? Value, Exception? Error)
    where T : class
{
    /// <summary>Whether it ended in an exception that no command would know what to do with.</summary>
    public bool IsDefect => Error is not (null or ImagenException);

    /// <summary>Runs the way of a record to its end.</summary>
    public static async Task<End<T>> OfAsync(Func<Task<Core.Pipeline.Batch.RowOutcome<T>>> way)
    {
        try
        {
            var outcome = await way().ConfigureAwait(false);
            return new End<T>(outcome.Value, outcome.Error);
        }
#pragma warning disable CA1031 // Whatever it is, it is counted.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new End<T>(null, error);
        }
    }
}
