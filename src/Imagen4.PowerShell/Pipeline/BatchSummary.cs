using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What became of rows or requests, in one line: how many by state, images and where they are, and what they cost.</summary>
internal sealed class BatchSummary
{
    private readonly RequestCosts _costs = new();
    private readonly CostSums _paid = new();
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _states = new(StringComparer.Ordinal);
    private int _refused;
    private int _images;
    private ImagenRequest? _request;

    // Each state by its own name, as the table and -State have it.
    private static readonly (string State, string Text)[] Words =
    [
        (ImagenStates.Delivered, CommandMessages.SummaryDelivered),
        (ImagenStates.Completed, CommandMessages.SummaryCompleted),
        (ImagenStates.InProgress, CommandMessages.SummaryInProgress),
        (ImagenStates.InQueue, CommandMessages.SummaryInQueue),
        (ImagenStates.Pending, CommandMessages.SummaryPending),
        (ImagenStates.Failed, CommandMessages.SummaryFailed),
        (ImagenStates.Rejected, CommandMessages.SummaryRejected),
        (ImagenStates.Cancelled, CommandMessages.SummaryCancelled),
        (ImagenStates.InDoubt, CommandMessages.SummaryInDoubt),
    ];

    /// <summary>How many rows have been counted.</summary>
    public int Rows => _states.Values.Sum() + _refused;

    /// <summary>The request that was submitted and is not waited for, where that is all there was.</summary>
    public ImagenRequest? OnlySubmitted => Rows == 1 ? _request : null;

    /// <summary>Counts a row or request that has no object: it was not submitted, or not read.</summary>
    public void AddRefused() => _refused++;

    /// <summary>Counts a row that has an object.</summary>
    /// <param name="row">The object.</param>
    /// <param name="isContinued">Whether it was submitted, and paid for, before.</param>
    public void Add(IRowObject row, bool isContinued)
    {
        _states[row.State] = _states.GetValueOrDefault(row.State) + 1;
        if (row is ImagenRequest { State: ImagenStates.InQueue or ImagenStates.InProgress or ImagenStates.Completed } request)
        {
            _request ??= request;
        }

        if (row is ImagenResult result && result.Images.Count(image => File.Exists(image.Path)) is > 0 and var images)
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
    /// <param name="notSent">How many more rows were not submitted, because submitting had ended or the cost limit was reached.</param>
    /// <param name="page">The page that shows the images; null for none.</param>
    public string OfRows(int notSent, string? page = null) => Line(
        CommandMessages.SummaryRows,
        Part(_refused + notSent, CommandMessages.SummaryNotSubmitted),
        Rows + notSent,
        _paid.Equal(_costs.Known) ? CommandMessages.SummaryCost.With(_costs.Known) : CommandMessages.SummaryCosts.With(_paid, _costs.Known))
        + (page is null ? "" : CommandMessages.SummaryGallery.With(page));

    /// <summary>The line of requests that were followed up: nothing was paid for them now.</summary>
    public string OfRequests() => Line(
        CommandMessages.SummaryRequests,
        Part(_refused, CommandMessages.SummaryNotRead),
        Rows,
        CommandMessages.SummaryCostOfRequests.With(_costs.Known));

    private string Line(string form, string? refused, int all, string cost)
    {
        var states = Words.Select(word => Part(_states.GetValueOrDefault(word.State), word.Text)).Append(refused);
        var line = form.With(all, Sentence(string.Join(", ", states.Where(part => part is not null))));
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
