using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What became of a batch, in one line: rows by state, images and where they are, and what it cost.</summary>
/// <param name="folder">Where images are saved; null where they are not.</param>
internal sealed class BatchSummary(string? folder)
{
    private readonly SortedDictionary<string, decimal> _costs = new(StringComparer.Ordinal);
    private int _delivered;
    private int _submitted;
    private int _failed;
    private int _inDoubt;
    private int _images;
    private int _unpriced;

    /// <summary>How many rows have been counted.</summary>
    public int Rows => _delivered + _submitted + _failed + _inDoubt;

    /// <summary>Counts a row that was refused before anything was sent.</summary>
    public void AddRefused() => _failed++;

    /// <summary>Counts a row that has an object.</summary>
    public void Add(IRowObject row)
    {
        switch (row.State)
        {
            case ImagenStates.Delivered:
                _delivered++;
                break;
            case ImagenStates.InDoubt:
                _inDoubt++;
                break;
            case ImagenStates.Failed or ImagenStates.Rejected or ImagenStates.Cancelled:
                _failed++;
                break;
            default:
                _submitted++;
                break;
        }

        if (row is ImagenResult result)
        {
            _images += result.Images.Count(image => image.Path is not null);
        }

        if (row.Cost is { } cost)
        {
            _costs[row.Currency ?? ""] = _costs.GetValueOrDefault(row.Currency ?? "") + cost;
        }
        else if (row.State is ImagenStates.Delivered)
        {
            _unpriced++;
        }
    }

    /// <summary>The line.</summary>
    /// <param name="notSent">How many rows were not sent, because submitting had ended or the cost limit was reached.</param>
    public string Line(int notSent)
    {
        string?[] states =
        [
            Part(_delivered, CommandMessages.SummaryDelivered),
            Part(_submitted, CommandMessages.SummarySubmitted),
            Part(_failed, CommandMessages.SummaryFailed),
            Part(_inDoubt, CommandMessages.SummaryInDoubt),
            Part(notSent, CommandMessages.SummaryNotSent),
        ];
        var line = CommandMessages.SummaryRows.With(Rows + notSent, Sentence(string.Join(", ", states.Where(part => part is not null))));
        if (_images > 0)
        {
            line += CommandMessages.SummaryImages.With(_images, folder);
        }

        if (_costs.Count > 0)
        {
            var sums = _costs.Select(sum => new Money(sum.Value, sum.Key.Length == 0 ? null : sum.Key).ToString());
            line += CommandMessages.SummaryCost.With(string.Join(" + ", sums));
        }

        return _unpriced > 0 ? line + CommandMessages.SummaryCostUnknown.With(_unpriced) : line;
    }

    private static string Sentence(string text) => string.Concat(char.ToUpperInvariant(text[0]).ToString(), text.AsSpan(1));

    private static string? Part(int count, string text) => count > 0 ? text.With(count) : null;
}
