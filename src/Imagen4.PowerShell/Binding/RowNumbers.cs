using Imagen4.Core.Input;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// Numbers the rows of a pipeline, each with a number of its own. A record that comes from an earlier request keeps the number that its
/// row had then, so that a redone batch has the numbers and file names of the first run; every other record has its place in the pipeline.
/// </summary>
internal sealed class RowNumbers
{
    private readonly HashSet<int> _taken = [];
    private int _first;
    private int _last;

    /// <summary>Numbers the next record.</summary>
    /// <param name="place">Its place in the pipeline, from 1.</param>
    /// <param name="record">The record; null for a prompt.</param>
    public int Next(int place, Record? record)
    {
        var kept = Kept(place, record);
        if (_first == 0)
        {
            // As long as every record has its place, nothing needs to be remembered.
            if (kept is null)
            {
                return place;
            }

            _first = place;
        }

        _last = Math.Max(_last, place);
        if (kept is { } number && TryTake(number))
        {
            return number;
        }

        number = place;
        while (!TryTake(number))
        {
            number = ++_last;
        }

        return number;
    }

    /// <summary>The number that a record names in its column <c>Index</c>; null where there is none.</summary>
    /// <param name="place">Its place in the pipeline, from 1.</param>
    /// <param name="record">The record; null for none.</param>
    public static int? Named(int place, Record? record) =>
        new Cell(place, "Index", BoundValue.Cell(place, "Index", record?.At("Index"))).TryWholeNumber() is { } index and > 0 and < int.MaxValue
            ? (int)index
            : null;

    private bool TryTake(int number) => number >= _first && _taken.Add(number);

    private static int? Kept(int place, Record? record) =>
        record is { IsRows: true } && BoundValue.Plain(record.At("LedgerId")) is string { Length: > 0 } ? Named(place, record) : null;
}
