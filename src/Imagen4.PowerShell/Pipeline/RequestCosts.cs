using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What requests cost together, and for how many of them that is not known. Without a word, Measure-Object takes those for 0.</summary>
internal sealed class RequestCosts
{
    private int _unread;
    private int _inDoubt;

    /// <summary>How many requests there are.</summary>
    public int Count { get; private set; }

    /// <summary>For how many of them the cost is known.</summary>
    public int Priced { get; private set; }

    /// <summary>The costs that are known.</summary>
    public CostSums Known { get; } = new();

    /// <summary>How many requests have a cost that will be known: they have not ended, their results were not read, or they are in doubt.</summary>
    public int NotYetKnown => _unread + _inDoubt;

    /// <summary>How many requests were generated, and no price is known for them.</summary>
    public int Unpriced { get; private set; }

    /// <summary>Counts a request.</summary>
    public void Add(IRowObject request)
    {
        Count++;
        if (request.Cost is { } cost)
        {
            Known.Add(cost, request.Currency);
            Priced++;
            return;
        }

        switch (request.State)
        {
            case ImagenStates.Delivered:
                Unpriced++;
                break;
            case ImagenStates.InDoubt:
                _inDoubt++;
                break;

            // A result that was read and not saved is as final as one that was; and a host may bill what has failed.
            case ImagenStates.Completed when request is ImagenResult { CompletedAt: not null }:
            case ImagenStates.Failed or ImagenStates.Cancelled when request is ImagenResult { BillableUnits: > 0 }:
                Unpriced++;
                break;
            case ImagenStates.Failed or ImagenStates.Rejected or ImagenStates.Cancelled:
                break;
            default:
                _unread++;
                break;
        }
    }

    /// <summary>One line: the sum, for how many requests the cost is not in it, and the commands that help. Null where there is nothing to say.</summary>
    /// <param name="replaced">The costs of attempts that are not among these requests, because newer ones have replaced them.</param>
    public string? Line(RequestCosts replaced)
    {
        if (Known.IsEmpty && replaced.Known.IsEmpty && NotYetKnown + Unpriced == 0)
        {
            return null;
        }

        var line = CommandMessages.RequestsListed.With(Count) + (Known.IsEmpty ? "" : CommandMessages.SummaryCost.With(Known));
        line += _unread > 0 ? CommandMessages.CostUnread.With(_unread) : "";
        line += _inDoubt > 0 ? CommandMessages.CostInDoubt.With(_inDoubt) : "";
        line += Unpriced > 0 ? CommandMessages.CostUnpriced.With(Unpriced) : "";
        return line + (replaced.Known.IsEmpty ? "" : CommandMessages.CostReplaced.With(replaced.Priced, replaced.Known));
    }
}
