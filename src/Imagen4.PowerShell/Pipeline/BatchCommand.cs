using Imagen4.Core;
using Imagen4.Core.Batch;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>A command whose rows are one batch: what ends one ends all, and what became of all is said at the end.</summary>
public abstract class BatchCommand : RowCommand
{
    private int _notSent;

    /// <summary>What holds for every row.</summary>
    private protected BatchOptions Batch { get; set; } = null!;

    /// <summary>The batch.</summary>
    private protected RowRun Run { get; set; } = null!;

    /// <summary>How files are named, where that is given.</summary>
    private protected abstract string? GivenFileName { get; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        base.OnEnd();
        EndIfSubmittingEnded();
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        switch (value)
        {
            case RowOutcome<ImagenRequest> { Value: null, Error: null } or RowOutcome<ImagenResult> { Value: null, Error: null }:
                _notSent++;
                break;
            case RowOutcome<ImagenRequest> submitted:
                if (submitted.Value is { } request)
                {
                    Run.HandedOn(request);
                }

                Write(submitted, target);
                break;
            case RowOutcome<ImagenResult> received:
                Write(received, target);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void WriteOutcomeError(ImagenException failure, object? target)
    {
        // What ends submitting is said once, at the end, and not here as well.
        if (!ReferenceEquals(Run.Stop.Reason, failure))
        {
            base.WriteOutcomeError(failure, target);
        }
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        base.OnFinished();
        foreach (var warning in IsStopped ? [] : BatchReport.Warnings(Run))
        {
            WriteWarning(warning);
        }
    }

    /// <inheritdoc/>
    protected override void OnBrokenOff()
    {
        var cancelled = CancelOnStop ? Settle(Run.CancelAsync) : 0;
        var saving = BatchReport.Written("OutputDirectory", Batch.Output?.FullPath) + BatchReport.Written("FileName", GivenFileName);
        if (BatchReport.BrokenOff(Run, cancelled, saving) is { } line)
        {
            Host.UI.WriteWarningLine(line);
        }
    }

    private protected void EndIfSubmittingEnded()
    {
        if (Run.Stop.Reason is not { } reason || IsStopped)
        {
            return;
        }

        Finish();
        if (_notSent > 0)
        {
            WriteWarning(Messages.RowsNotSent.With(_notSent));
        }

        EndWith(reason, null);
    }
}
