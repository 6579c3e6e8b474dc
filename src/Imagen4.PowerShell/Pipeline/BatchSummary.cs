using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What became of rows or requests, in one line: how many by state, images and where they are, and what they cost.</summary>
internal sealed class BatchSummary
{
    private readonly RequestCosts _costs = new();
    private readonly CostSums _paid = new();
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private int _delivered;
    private int _submitted;
    private int _failed;
    private int _inDoubt;
    private int _images;
    private ImagenRequest? _request;

    /// <summary>How many rows have been counted.</summary>
    public int Rows => _delivered + _submitted + _failed + _inDoubt;

    /// <summary>The request that was submitted and is not waited for, where that is all there was.</summary>
    public ImagenRequest? OnlySubmitted => Rows == 1 ? _request : null;

    /// <summary>Counts a row that was refused before anything was sent.</summary>
    public void AddRefused() => _failed++;

    /// <summary>Counts a row that has an object.</summary>
    /// <param name="row">The object.</param>
    /// <param name="isContinued">Whether it was submitted, and paid for, before.</param>
    public void Add(IRowObject row, bool isContinued)
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
                _request ??= row as ImagenRequest;
                break;
        }

        if (row is ImagenResult result && result.Images.Count(image => image.Path is not null) is > 0 and var images)
        {
            _images += images;
            _ = _directories.Add(row.Directory ?? "");
        }

        _costs.Add(row);
        if (row.Cost is { } cost)
        {
            _paid.Add(isContinued ? 0 : cost, row.Currency);
        }
    }

    /// <summary>The line of a batch.</summary>
    /// <param name="notSent">How many rows were not sent, because submitting had ended or the cost limit was reached.</param>
    public string OfRows(int notSent) => Line(CommandMessages.SummaryRows, CommandMessages.SummarySubmitted, notSent, _paid.Equal(_costs.Known)
        ? CommandMessages.SummaryCost.With(_costs.Known)
        : CommandMessages.SummaryCosts.With(_paid, _costs.Known));

    /// <summary>The line of requests that were followed up: nothing was paid for them now.</summary>
    public string OfRequests() => Line(
        CommandMessages.SummaryRequests, CommandMessages.SummaryInProgress, 0, CommandMessages.SummaryCostOfRequests.With(_costs.Known));

    private string Line(string form, string submitted, int notSent, string cost)
    {
        string?[] states =
        [
            Part(_delivered, CommandMessages.SummaryDelivered),
            Part(_submitted, submitted),
            Part(_failed, CommandMessages.SummaryFailed),
            Part(_inDoubt, CommandMessages.SummaryInDoubt),
            Part(notSent, CommandMessages.SummaryNotSent),
        ];
        var line = form.With(Rows + notSent, Sentence(string.Join(", ", states.Where(part => part is not null))));
        if (_images > 0)
        {
            line += _directories.Count == 1
                ? CommandMessages.SummaryImages.With(_images, _directories.First())
                : CommandMessages.SummaryImagesOfSeveral.With(_images, _directories.Count);
        }

        line += _request is not null ? CommandMessages.SummaryNext : "";
        line += _costs.Known.IsEmpty ? "" : cost;
        line += _costs.NotYetKnown > 0 ? CommandMessages.SummaryCostNotYetKnown.With(_costs.NotYetKnown) : "";
        return _costs.Unpriced > 0 ? line + CommandMessages.SummaryCostUnknown.With(_costs.Unpriced) : line;
    }

    private static string Sentence(string text) => string.Concat(char.ToUpperInvariant(text[0]).ToString(), text.AsSpan(1));

    private static string? Part(int count, string text) => count > 0 ? text.With(count) : null;
}
