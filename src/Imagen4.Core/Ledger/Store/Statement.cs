namespace Imagen4.Core.Ledger.Store;

/// <summary>A statement with its values.</summary>
internal sealed record Statement(string Sql, params (string Name, object? Value)[] Values);

/// <summary>A place in a list of requests.</summary>
/// <param name="Started">When it was claimed.</param>
/// <param name="Index">The number of its row.</param>
/// <param name="Id">Its own number.</param>
internal sealed record ListPlace(long Started, long Index, long Id)
{
    /// <summary>Before the first.</summary>
    public static readonly ListPlace Start = new(long.MinValue, long.MinValue, long.MinValue);
}
