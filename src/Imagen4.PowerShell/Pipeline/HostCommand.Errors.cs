using System.Management.Automation;
using Imagen4.Core.Text;

namespace Imagen4.PowerShell.Pipeline;

/// <content>The errors of records: what many have in common is said in full once.</content>
public abstract partial class HostCommand
{
    private readonly RepeatedErrors _repeated = new();
    private bool _isEnding;

    /// <inheritdoc/>
    protected override void WriteRecordError(ImagenException failure, object? target)
    {
        _progress.Failed++;
        WriteOutcomeError(IsBatch ? failure.ForRow(Row, key: RowKey) : failure, target);
    }

    /// <summary>Writes the error of a row, or takes note of it where rows before had the same.</summary>
    protected virtual void WriteOutcomeError(ImagenException failure, object? target)
    {
        if (!_repeated.Add(failure, target))
        {
            WriteLast(failure, target);
        }
    }

    // With -ErrorAction Stop this error ends the command. What the host is just accepting is handed on first:
    // a request whose id nobody has seen is paid for all the same.
    private void WriteLast(ImagenException failure, object? target)
    {
        if (_isEnding)
        {
            // The error that ends the command is on its way; this one's object says what it has to say.
            return;
        }

        if (ErrorsEndCommand)
        {
            _isEnding = true;
            _slots.Close();
            FinishWithin(Grace);
        }

        WriteError(failure, target);
    }

    private bool ErrorsEndCommand =>
        (MyInvocation.BoundParameters.TryGetValue("ErrorAction", out var given)
            ? given
            : SessionState.PSVariable.GetValue("ErrorActionPreference"))
            ?.ToString() == nameof(ActionPreference.Stop);

    /// <summary>Hands on an object. Whoever takes it may end the pipeline, so errors that are noted are written first.</summary>
    private protected void HandOn(object value)
    {
        WriteRepeated();
        WriteObject(value);
    }

    /// <summary>Writes the errors that are noted.</summary>
    private protected void WriteRepeated()
    {
        while (_repeated.Take() is { } noted)
        {
            WriteLast(noted.Error, noted.Target);
        }
    }

    /// <inheritdoc/>
    protected override void OnLeft()
    {
        if (!_isEnding && _repeated.Noted is { Count: > 0 } rows)
        {
            AfterStop.Say(Host, CommandMessages.RowsFailedToo.With(rows.Count, RowRanges.Of(rows)));
        }
    }
}
