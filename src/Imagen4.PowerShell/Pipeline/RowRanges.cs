using System.Globalization;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>The numbers of rows, in messages: <c>2, 4 to 7</c>.</summary>
internal static class RowRanges
{
    private const int Most = 10;

    /// <summary>The numbers as text; the first ranges of many.</summary>
    /// <param name="rows">The numbers, in their order.</param>
    public static string Of(IReadOnlyList<int> rows)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var row in rows)
        {
            if (ranges is [.., var last] && row == last.Last + 1)
            {
                ranges[^1] = (last.First, row);
            }
            else
            {
                ranges.Add((row, row));
            }
        }

        var said = ranges.Take(Most).Select(range => range.First == range.Last
            ? range.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{range.First} to {range.Last}"));
        return string.Join(", ", said) + (ranges.Count > Most ? ", ..." : "");
    }
}
