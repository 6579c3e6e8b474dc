namespace Imagen4.Core.Ledger.Store;

/// <summary>A statement with its values.</summary>
internal sealed record Statement(string Sql, params (string Name, object? Value)[] Values)
{
    /// <summary>Whether what it looks for must not be written by anybody beside it.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>
    /// Cancels it while another program's lock keeps it waiting: what a user has stopped is not done later. SQLite only, whose locks are
    /// on the whole file.
    /// </summary>
    public CancellationToken Stop { get; init; }

    /// <summary>How many bytes it reads only when it is run.</summary>
    public long Late => Values.Sum(value => (value.Value as LateBytes)?.Length ?? 0);
}

/// <summary>What was seen to be the newest request of a subject.</summary>
/// <param name="LedgerId">The ledger's id of it; null where there was none.</param>
internal sealed record NewerThan(string? LedgerId);

/// <summary>A place in a list of requests.</summary>
/// <param name="Started">When it was claimed.</param>
/// <param name="Index">The number of its row.</param>
/// <param name="Id">Its own number.</param>
internal sealed record ListPlace(long Started, long Index, long Id)
{
    /// <summary>Before the first.</summary>
    public static readonly ListPlace Start = new(long.MinValue, long.MinValue, long.MinValue);
}
