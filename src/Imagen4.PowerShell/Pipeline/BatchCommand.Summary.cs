using Imagen4.Core.Pipeline.Batch;

namespace Imagen4.PowerShell.Pipeline;

/// <content>What the line at the end of a batch counts.</content>
public abstract partial class BatchCommand
{
    private readonly BatchSummary _summary = new();

    /// <inheritdoc/>
    protected override void WriteRecordError(ImagenException failure, object? target)
    {
        _summary.AddRefused();
        base.WriteRecordError(failure, target);
    }

    private void Count(object value)
    {
        switch (value)
        {
            case RowOutcome<ImagenRequest> submitted:
                Count(submitted.Value, submitted.Error, submitted.IsContinued);
                break;
            case RowOutcome<ImagenResult> received:
                Count(received.Value, received.Error, received.IsContinued);
                break;
        }
    }

    // A row that was not sent because of the ledger is counted with all those that follow it.
    private void Count(IRowObject? row, ImagenException? error, bool isContinued)
    {
        if (row is not null)
        {
            _summary.Add(row, isContinued);
        }
        else if (error is not (null or LedgerUnavailableException))
        {
            _summary.AddRefused();
        }
    }
}
