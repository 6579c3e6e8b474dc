using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// Errors that many rows have in common: a host that cannot be reached, a mistake in a column. The first is an error of its own; those of
/// the rows behind it are one error together.
/// </summary>
internal sealed class RepeatedErrors
{
    private readonly Dictionary<(Type Kind, string? Provider, string Text), List<(ImagenException Error, object? Target)>> _rows = [];
    private readonly Queue<List<(ImagenException Error, object? Target)>> _noted = [];

    /// <summary>The numbers of the rows whose errors are noted and not taken.</summary>
    public IReadOnlyList<int> Noted => [.. _noted.SelectMany(rows => rows).Select(one => one.Error.Row!.Value).Order()];

    /// <summary>Takes note of a row's error, unless it is the first of its kind, or one that rows do not have in common.</summary>
    /// <param name="error">The error.</param>
    /// <param name="target">The record.</param>
    /// <returns>Whether it is said together with others.</returns>
    public bool Add(ImagenException error, object? target)
    {
        if (error.Row is null || !(IsUnreached(error) || IsMistake(error)))
        {
            return false;
        }

        var kind = IsUnreached(error)
            ? (error.GetType(), error.Provider, error.Thrown.Message)
            : (error.GetType(), null, error.ForRows("").Message);
        if (_rows.TryGetValue(kind, out var others))
        {
            if (others.Count == 0)
            {
                _noted.Enqueue(others);
            }

            others.Add((error, target));
            return true;
        }

        _rows.Add(kind, []);
        return false;
    }

    /// <summary>Takes what is said together: an error, and the record or records it is about; null for no more.</summary>
    public (ImagenException Error, object? Target)? Take()
    {
        if (!_noted.TryDequeue(out var others))
        {
            return null;
        }

        List<(ImagenException Error, object? Target)> rows = [.. others.OrderBy(one => one.Error.Row)];
        others.Clear();
        var first = rows[0].Error;
        var numbers = RowRanges.Of([.. rows.Select(one => one.Error.Row!.Value)]);
        var targets = rows.Select(one => one.Target).ToArray();
        return IsUnreached(first) ? (Unreached(first, numbers, rows.Count), targets)
            : rows.Count == 1 ? rows[0]
            : (first.ForRows(CommandMessages.RowsSameMistake.With(numbers, rows.Count)), targets);
    }

    private static ImagenException Unreached(ImagenException first, string numbers, int count) =>
        new HostUnavailableException(CommandMessages.RowsUnreached.With(first.Provider, count, numbers))
            .ForRow(row: null, provider: first.Provider);

    private static bool IsUnreached(ImagenException error) =>
        error is HostUnavailableException { RequestId: null, StatusCode: null, Provider: not null };

    // Found here, before anything was sent: what a host says no to has an object of its own for each row.
    private static bool IsMistake(ImagenException error) =>
        error is (InvalidInputException or ModelNotAvailableException) and { RequestId: null, StatusCode: null, RefusesInput: false };
}
