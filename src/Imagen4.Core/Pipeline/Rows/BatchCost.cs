using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>What the rows of a batch count for against its limit: what they have cost, or what they can cost at most.</summary>
/// <param name="options">Options for every row.</param>
/// <param name="ledger">What earlier runs have paid for.</param>
/// <param name="prices">The prices.</param>
internal sealed class BatchCost(BatchOptions options, RequestLedger ledger, PriceBook prices)
{
    private readonly CostLimit? _limit = options.MaxCost is { } most ? new CostLimit(most) : null;

    /// <summary>All that is counted; null where there is no limit.</summary>
    public Money? Counted => _limit?.Counted;

    /// <summary>Counts a row, once: what earlier runs have paid for it, or may have.</summary>
    /// <returns>Whether it goes on with what was submitted before.</returns>
    /// <exception cref="InvalidInputException">What it can cost at most is not known, or is in another currency.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<bool> CountAsync(CheckedRow row, CancellationToken cancellation)
    {
        if (_limit is null || row.IsRepeated)
        {
            return !row.IsNew;
        }

        if (row.Share is { } counted)
        {
            return counted.IsKnown;
        }

        var estimate = await prices.AtMostAsync(row.Host, row.Model, row.Input, cancellation).ConfigureAwait(false);
        var share = new CostShare(_limit) { Worst = estimate.Most?.Amount };
        var before = await BeforeAsync(row, cancellation).ConfigureAwait(false);
        if (before is [var newest, ..] && await IsOpenAsync(newest, cancellation).ConfigureAwait(false))
        {
            share.Known = await PaidAsync(row, newest).ConfigureAwait(false) ?? share.Worst ?? throw Unknown(row, Messages.CostUnknownRecorded);
        }
        else if (share.Worst is null)
        {
            throw Unknown(row, estimate.Unknown!);
        }

        foreach (var currency in before.Select(known => known.Delivery?.Currency).Append(estimate.Most?.Currency))
        {
            RequireCurrency(row, currency);
        }

        foreach (var known in before.Skip(share.IsKnown ? 1 : 0))
        {
            _limit.AddPaid(await PaidAsync(row, known).ConfigureAwait(false)
                ?? (MayBeBilled(known) ? share.Worst ?? throw Unknown(row, Messages.CostUnknownRecorded) : 0));
        }

        _limit.AddOpen(share.Known ?? 0);
        row.Share = share;
        return share.IsKnown;
    }

    /// <summary>Lets a row go as soon as it fits under the limit.</summary>
    public async ValueTask<CostShare> EnterAsync(CheckedRow row, CancellationToken cancellation)
    {
        if (_limit is null)
        {
            return new CostShare(limit: null);
        }

        try
        {
            _ = await CountAsync(row, cancellation).ConfigureAwait(false);
        }
        catch (ImagenException error)
        {
            return new CostShare(limit: null) { Error = error };
        }

        await row.Share!.EnterAsync(cancellation).ConfigureAwait(false);
        return row.Share;
    }

    /// <summary>What a row has cost; null where it counts as its worst case.</summary>
    /// <param name="value">Its object.</param>
    /// <param name="error">What went wrong with it, or null.</param>
    public static decimal? Of(IRowObject value, ImagenException? error) =>
        value.Cost is { } cost ? cost
        : error is { BillableUnits: > 0 } ? null

        // Work that was done before the input was refused may be billed, and not every answer says so (fal's FAQ).
        : error is { StatusCode: 422, RequestId: not null, BillableUnits: null } ? null
        : value.State is ImagenStates.Rejected or ImagenStates.Cancelled ? 0
        : value.State == ImagenStates.Failed && error is not (null or RequestNotFoundException) && !ResultReceiver.IsEmptyResult(error) ? 0
        : null;

    /// <summary>What a request has cost as the ledger knows it; null where it counts as its worst case.</summary>
    /// <param name="known">The request.</param>
    /// <param name="isWorkedOn">Whether somebody else is at it.</param>
    public static decimal? Of(LedgerRequest known, bool isWorkedOn) =>
        known.Delivery?.Cost ?? (RowRules.EndedBadly(known) && !isWorkedOn && !MayBeBilled(known) ? 0 : null);

    // What ended badly and was counted by the host, or was refused after the host had accepted it.
    private static bool MayBeBilled(LedgerRequest known) =>
        known.Delivery?.BillableUnits > 0 || (known.Refusal is not null && known.Accepted is not null);

    // What the ledger has of it: the cost, or what the host counts for it, at the price that is known now.
    private async ValueTask<decimal?> PaidAsync(CheckedRow row, LedgerRequest known) =>
        known.Delivery is not { } kept ? null
        : kept.Cost ?? (kept.BillableUnits is { } units
            ? (await prices.CostAsync(row.Host, row.Model, row.Input, units, kept.Images.Count).ConfigureAwait(false))?.Amount
            : null);

    private async Task<bool> IsOpenAsync(LedgerRequest known, CancellationToken cancellation) =>
        !RowRules.EndedBadly(known) || await ledger.IsWorkedOnAsync(known, cancellation).ConfigureAwait(false);

    // The newest request of the row, and before it those that ended without success: the rest of them was another batch, which -NoResume
    // began anew.
    private async Task<IReadOnlyList<LedgerRequest>> BeforeAsync(CheckedRow row, CancellationToken cancellation)
    {
        if (options.NoResume || row.Identity is not { } identity)
        {
            return [];
        }

        var all = await ledger.FindGenerationsAsync(identity.Row, cancellation).ConfigureAwait(false);
        if (all.Count == 0 && row.Named is { } named
            && await ledger.FindAsync(named.LedgerId, cancellation).ConfigureAwait(false) is { } other)
        {
            all = other.Row is { } its ? await ledger.FindGenerationsAsync(its, cancellation).ConfigureAwait(false) : [other];
        }

        return [.. all.Reverse().TakeWhile((known, place) => place == 0 || RowRules.EndedBadly(known))];
    }

    private void RequireCurrency(CheckedRow row, string? currency)
    {
        if (_limit!.OtherCurrency(currency) is { } other)
        {
            throw new InvalidInputException(Messages.CostCurrencies.With(row.Model, row.Host.Profile.Name, currency, other))
            {
                Row = row.Row.Index,
            };
        }
    }

    private static InvalidInputException Unknown(CheckedRow row, string why) =>
        new(Messages.CostUnknown.With(row.Model, row.Host.Profile.Name, why)) { Row = row.Row.Index };
}
