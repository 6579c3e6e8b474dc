using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// Rows that were not sent because their host cannot be reached. The first is an error of its own; those behind it, for the same
/// reason, are one error together.
/// </summary>
internal sealed class UnreachedRows
{
    private readonly Dictionary<(string Provider, string Reason), List<(int Row, object? Target)>> _rows = [];

    /// <summary>Takes note of a row's error, unless it is the first of its kind, or of another kind.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">The record.</param>
    /// <returns>Whether it is said together with others.</returns>
    public bool Add(ImagenException error, object? target)
    {
        if (error is not HostUnavailableException { RequestId: null, StatusCode: null, Provider: { } provider, Row: { } row })
        {
            return false;
        }

        if (_rows.TryGetValue((provider, error.Thrown.Message), out var others))
        {
            others.Add((row, target));
            return true;
        }

        _rows.Add((provider, error.Thrown.Message), []);
        return false;
    }

    /// <summary>What is said together: an error, and the records it is about.</summary>
    public IEnumerable<(ImagenException Error, object?[] Targets)> Errors() => _rows.Where(group => group.Value.Count > 0).Select(group =>
    {
        List<(int Row, object? Target)> rows = [.. group.Value.OrderBy(one => one.Row)];
        var numbers = RowRanges.Of([.. rows.Select(one => one.Row)]);
        var error = new HostUnavailableException(CommandMessages.RowsUnreached.With(group.Key.Provider, rows.Count, numbers));
        return (error.ForRow(row: null, provider: group.Key.Provider), rows.Select(one => one.Target).ToArray());
    });
}
