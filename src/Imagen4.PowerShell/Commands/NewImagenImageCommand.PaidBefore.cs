using System.Globalization;
using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <content>
/// Rows that were submitted before and are paid for again. How many there are, and what they cost, is known when all rows have been
/// read: they wait for that, and what is said comes before the first of them is sent.
/// </content>
public sealed partial class NewImagenImageCommand
{
    // So that a pipeline without an end is not held up for ever.
    private const int MostPaidBefore = 1000;

    private readonly List<CheckedRow> _paidBefore = [];
    private bool _isPaidBeforeSaid;

    /// <summary>Takes note of a row that is to be run, or would be.</summary>
    /// <returns>Whether it waits until the user has been told.</returns>
    private bool IsPaidBefore(CheckedRow row)
    {
        if (row.PaidBefore is null || _isPaidBeforeSaid)
        {
            return false;
        }

        _paidBefore.Add(row);
        return true;
    }

    // Once: what comes later has been said of the rows before it.
    private void SayPaidBefore(bool isAll)
    {
        _isPaidBeforeSaid |= !isAll;
        foreach (var rows in _paidBefore.GroupBy(row => row.PaidBefore!))
        {
            var (count, cost) = (rows.Count(), CostOf([.. rows]));
            WriteWarning(isAll
                ? rows.Key.Message(count.ToString(CultureInfo.InvariantCulture), cost)
                : rows.Key.Message(CommandMessages.PaidBeforeSoFar.With(count), CommandMessages.PaidBeforeCostSoFar.With(cost, count)));
        }

        _paidBefore.Clear();
    }

    private string CostOf(IReadOnlyList<CheckedRow> rows)
    {
        var costs = rows.Select(row => WaitFor(stopping => Batch.FindCostAtMostAsync(row, stopping))).ToList();
        var unknown = costs.Count(cost => cost is null);
        if (unknown == costs.Count)
        {
            return CommandMessages.ShouldCostUnknown;
        }

        var sums = new CostSums();
        foreach (var cost in costs.OfType<Money>())
        {
            sums.Add(cost.Amount, cost.Currency);
        }

        return CommandMessages.ShouldCostAtMost.With(sums)
            + (unknown > 0 ? CommandMessages.ShouldCostUnknownRows.With(unknown) : "");
    }
}
