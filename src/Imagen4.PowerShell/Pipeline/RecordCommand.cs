using System.Management.Automation;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Errors;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// A command that takes record by record. It numbers them and decides how far an error reaches: one at the beginning ends the
/// pipeline, one of a record is the record's own.
/// </summary>
public abstract class RecordCommand : PSCmdlet
{
    private volatile bool _stopped;

    /// <summary>Whether the pipeline is being stopped.</summary>
    protected bool IsStopped => _stopped;

    /// <summary>The number of the record being processed, from 1.</summary>
    protected int Row { get; set; }

    /// <summary>What an error of the current record is about.</summary>
    protected virtual object? Target => null;

    /// <summary>Prepares the command. An error here ends the pipeline.</summary>
    protected virtual void OnBegin()
    {
    }

    /// <summary>Called before every record.</summary>
    protected virtual void OnNextRecord()
    {
    }

    /// <summary>Processes one record. An error here is the record's own.</summary>
    protected abstract void OnRecord();

    /// <summary>Ends the command.</summary>
    protected virtual void OnEnd()
    {
    }

    /// <summary>Called on another thread when the pipeline is stopped; it must not wait.</summary>
    protected virtual void OnStop()
    {
    }

    /// <summary>Looks up what is needed to open the ledger. Commands that use it call this as they begin.</summary>
    /// <exception cref="LedgerUnavailableException">There is no password for it.</exception>
    private protected void FindLedger() => ModuleSession.Client.Ledgers.FindPassword(new VaultSecrets(this).Find);

    /// <summary>
    /// Writes the line a command ends with, on the information stream. A console shows it. Output that is redirected is the script's own,
    /// perhaps JSON that a program reads: there, <c>-InformationAction Continue</c> shows it.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="file">The full path of a file that it names, which becomes a link; null for none.</param>
    private protected void WriteSummary(string line, string? file = null)
    {
        var isConsole = Environment.UserInteractive && !Console.IsOutputRedirected;
        WriteInformation(new SummaryLine(line, file, isConsole && PlainOutput.HasLinks(this)), isConsole ? ["PSHOST"] : []);
    }

    /// <summary>Writes an error that ends nothing.</summary>
    protected void WriteError(Exception error, object? target) => WriteError(ErrorTable.Record(error, target, MyInvocation.MyCommand));

    /// <summary>Writes an error of the record being processed.</summary>
    protected virtual void WriteRecordError(ImagenException failure, object? target) => WriteError(failure, target);

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        try
        {
            OnBegin();
        }
        catch (ImagenException error)
        {
            ThrowTerminatingError(ErrorTable.Record(error, null, MyInvocation.MyCommand));
        }
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        Row++;
        OnNextRecord();
        try
        {
            OnRecord();
        }
        catch (ImagenException error)
        {
            WriteRecordError(error, Target);
        }
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        if (!_stopped)
        {
            OnEnd();
        }
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        _stopped = true;
        OnStop();
    }
}
