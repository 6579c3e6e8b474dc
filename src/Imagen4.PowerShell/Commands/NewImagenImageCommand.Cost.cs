using System.Management.Automation;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <content>
/// What rows cost, before it is paid: said of each with <c>-WhatIf</c>, and held under a limit with <c>-MaxCost</c>. A limit needs to know
/// what earlier runs have paid for any of the rows, so that with one nothing is sent before the last row has been read.
/// </content>
public sealed partial class NewImagenImageCommand
{
    private readonly List<(CheckedRow Row, object? Target)> _held = [];
    private readonly CostSums _planned = new();
    private int _plannedRows;

    // Rows that are held and have not been run.
    private int _waiting;
    private int _unpricedRows;

    /// <summary>What the rows may cost together.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? MaxCost { get; set; }

    // As the engine decides it.
    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        ExpectAll();
        RunHeld();
        base.OnEnd();
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        // First: while it is written, the progress is shown.
        FinishGallery();
        base.OnFinished();
        if (IsStopped)
        {
            return;
        }

        SayPlanned();
        if (Batch.Counts.HeldBack is { Count: > 0 } heldBack)
        {
            var rows = heldBack.ToHashSet();
            var targets = _held.Where(held => rows.Contains(held.Row.Row.Index)).Select(held => held.Target).ToArray();
            var error = new CostLimitReachedException(CommandMessages.CostLimitReached.With(
                Options.MaxCost, heldBack.Count, RowRanges.Of(heldBack), Batch.Counted));
            WriteError(error, targets);
        }
    }

    /// <inheritdoc/>
    private protected override int Waiting => _waiting;

    private decimal? SpendingLimit() => MyInvocation.BoundParameters.ContainsKey(nameof(MaxCost)) ? PlainPrice.Amount(MaxCost) : null;

    // Where nothing is done but to say what would be, the host may be asked; else nothing waits for it.
    private string CostOf(CheckedRow row)
    {
        var most = IsWhatIf ? WaitFor(stopping => Batch.FindCostAtMostAsync(row, stopping)) : Batch.CostAtMost(row);
        if (IsWhatIf && row.IsNew)
        {
            _plannedRows++;
            if (most is null)
            {
                _unpricedRows++;
            }
            else
            {
                _planned.Add(most.Amount, most.Currency);
            }
        }

        return most is null ? CommandMessages.ShouldCostUnknown : CommandMessages.ShouldCostAtMost.With(most);
    }

    private void SayPlanned()
    {
        if (_plannedRows == 0)
        {
            return;
        }

        var total = CommandMessages.WhatIfTotal.With(
            _plannedRows,
            _planned.IsEmpty ? CommandMessages.ShouldCostUnknown : CommandMessages.ShouldCostAtMost.With(_planned));
        total += _unpricedRows == 0 ? "" : CommandMessages.WhatIfUnknown.With(_unpricedRows);
        _ = ShouldProcess(total, total, caption: "");
        _plannedRows = 0;
        SayPaidBefore(isAll: true);
    }

    private void Hold(CheckedRow row, object? target)
    {
        Batch.BeginPricing(row);
        _held.Add((row, target));
        _waiting++;
        if (Options.MaxCost is null && _held.Count == MostPaidBefore)
        {
            SayPaidBefore(isAll: false);
            RunHeld();
            _held.Clear();
        }
    }

    // What earlier runs have submitted comes first: it goes on whatever the limit is, and may come out cheaper than it counts.
    private void RunHeld()
    {
        if (_held.Count > 0)
        {
            SayPaidBefore(isAll: true);
        }

        var (known, rest) = (new List<(CheckedRow, object?)>(), new List<(CheckedRow, object?)>());
        foreach (var (row, target) in _held)
        {
            try
            {
                (WaitFor(stopping => Batch.CountAsync(row, stopping)) ? known : rest).Add((row, target));
            }
            catch (LedgerUnavailableException error)
            {
                EndWith(error, target);
            }
            catch (ImagenException error)
            {
                _waiting--;
                WriteRecordError(error, target);
            }
        }

        foreach (var (row, target) in known.Concat(rest))
        {
            _waiting--;
            Run(row, target);
        }
    }
}
