using System.Management.Automation;
using Imagen4.PowerShell.Progress;

namespace Imagen4.PowerShell.Pipeline;

/// <content>What a user sees while the command works.</content>
public abstract partial class HostCommand
{
    private readonly CommandProgress _progress = new(TimeProvider.System);

    /// <summary>The files that the command uploads, for its progress; null where it uploads none.</summary>
    private protected virtual UploadProgress? Uploads => null;

    /// <inheritdoc/>
    protected override void OnTick()
    {
        // Nobody watches a scheduled task. Where output is redirected, PowerShell itself shows none.
        if (Environment.UserInteractive)
        {
            WriteProgress(_progress.Next(MyInvocation.MyCommand.Name, Running - _slots.Waiting, _outages?.Current, Uploads));
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        ExpectAll();
        base.OnEnd();
    }

    /// <summary>Takes note that the input has ended: how many records there are is known now.</summary>
    private protected void ExpectAll() => _progress.Total ??= MyInvocation.ExpectingInput ? Row - BlankLines : null;

    /// <summary>Takes note of how many records there are.</summary>
    private protected void Expect(int total) => _progress.Total = total;

    private void WriteProgress(IEnumerable<ProgressRecord> records)
    {
        foreach (var record in records)
        {
            WriteProgress(record);
        }
    }
}
