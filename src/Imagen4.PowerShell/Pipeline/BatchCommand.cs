using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Rows;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>A command whose records are the rows of one batch: what ends one ends all, and what became of all is said at the end.</summary>
public abstract partial class BatchCommand : HostCommand
{
    // The record that submitting has ended with.
    private object? _endedBy;

    /// <summary>Options for every row.</summary>
    private protected BatchOptions Options { get; set; } = null!;

    /// <summary>The batch.</summary>
    private protected RowBatch Batch { get; set; } = null!;

    /// <summary>How many rows have been read and wait for the end of the input.</summary>
    private protected virtual int Waiting => 0;

    /// <summary>The page that shows the images of the batch; null where there is none.</summary>
    private protected virtual string? Page => null;

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? Prompt;

    /// <inheritdoc/>
    protected override bool IsBatch => base.IsBatch || BoundValue.IsList(Prompt);

    /// <inheritdoc/>
    private protected override string? RowKey => KeyOf(MyInvocation.ExpectingInput ? new Record(InputObject) : null);

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        base.OnEnd();
        if (MyInvocation.ExpectingInput && Row == BlankLines && !IsStopped)
        {
            WriteWarning(CommandMessages.NoRows + (CommandLine.Before(MyInvocation).Contains("Get-ImagenRequest", StringComparison.OrdinalIgnoreCase)
                ? "" : CommandMessages.NoRowsOfFile));
        }

        EndIfSubmittingEnded();
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        Count(value);
        switch (value)
        {
            case RowOutcome<ImagenRequest> { Value: null, Error: null } or RowOutcome<ImagenResult> { Value: null, Error: null }:
                break;
            case RowOutcome<ImagenRequest> submitted:
                if (submitted.Value is { } request)
                {
                    // One of them may end the pipeline too, and then the request has not been handed on.
                    WriteRepeated();
                    Batch.MarkEmitted(request);
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
        // What ends submitting is reported once, at the end, and not here as well.
        if (Batch.Breaker.IsReason(failure))
        {
            _endedBy ??= target;
        }
        else
        {
            base.WriteOutcomeError(failure, target);
        }
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        base.OnFinished();
        if (IsStopped)
        {
            return;
        }

        foreach (var warning in BatchReport.Warnings(Batch))
        {
            WriteWarning(warning);
        }

        if ((IsBatch || Page is not null) && (_summary.Rows > 0 || Batch.Counts.AllNotSent > 0))
        {
            WriteSummary(_summary.OfRows(Batch.Counts.AllNotSent, Page), Page);
        }
        else if (_summary.OnlySubmitted?.RequestId is { } id && MyInvocation.PipelinePosition == MyInvocation.PipelineLength)
        {
            WriteSummary(CommandMessages.SubmittedNext.With(CommandText.Argument(id)));
        }
    }

    /// <inheritdoc/>
    protected override void OnCutShort(IReadOnlyList<object> untaken)
    {
        foreach (var value in untaken)
        {
            Count(value);
        }

        if (CancelOnStop)
        {
            AfterStop.Run(Host, Batch.Open.CancelAsync);
            foreach (var trouble in BatchReport.CancelTroubles(Batch))
            {
                AfterStop.Say(Host, trouble);
            }
        }

        var ended = IsStopped && _summary.Rows > 0 ? _summary.OfRows(Batch.Counts.AllNotSent) : null;
        if (BatchReport.BrokenOff(Batch, Batch.Open.Cancelled, ended, Options.Saving) is { } line)
        {
            AfterStop.Say(Host, line);
            AfterStop.Note(this, line);
        }
    }

    /// <summary>
    /// Ends the command where no record that follows could be submitted: those that name their provider may be of another one.
    /// </summary>
    private protected void EndIfNothingFollows()
    {
        if (Batch.Breaker.ReasonForAll is not null || !(MayNameOthers || HasSeveralProviders))
        {
            EndIfSubmittingEnded();
        }
    }

    private string? KeyOf(Record? record) =>
        (record?.At(nameof(Key)) is { } own ? BoundValue.Plain(own) : BoundValue.AsWritten(Key)) is { } key
            && BoundValue.Text(key) is { } text && !string.IsNullOrWhiteSpace(text)
            ? PlainText.Brief(text.Trim())
            : null;

    private void EndIfSubmittingEnded()
    {
        if ((Batch.Breaker.ReasonForAll ?? Batch.Breaker.Reason) is not { } reason || IsStopped)
        {
            return;
        }

        Finish();
        if (HasSeveralProviders)
        {
            foreach (var (provider, count) in Batch.Counts.NotSent)
            {
                WriteWarning(CommandMessages.RowsOfProviderNotSent.With(provider, count));
            }
        }
        else if (Batch.Counts.NotSent.Values.Sum() + Waiting is > 0 and var all)
        {
            WriteWarning(CommandMessages.RowsNotSent.With(all));
        }

        // Only one error can end the command.
        foreach (var other in Batch.Breaker.ByProvider.Values.Where(other => !ReferenceEquals(other, reason)))
        {
            WriteError(other, null);
        }

        EndWith(reason, _endedBy);
    }
}
