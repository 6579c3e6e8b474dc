using System.Management.Automation;
using Imagen4.Core.Ledger;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenLedger</c>: where the ledger is, and what it holds.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenLedger")]
[OutputType(typeof(ImagenLedger))]
public sealed class GetImagenLedgerCommand : PumpedCommand
{
    /// <summary>Reads every request and compares it with its checksum.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    /// <inheritdoc/>
    protected override object? Target => null;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        FindLedger();
        Start(null, async stop => await ModuleSession.Client.InspectLedgerAsync(Verify, stop.Stopping).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        // Where it is, is worth knowing just when it cannot be reached.
        var (ledger, error) = (LedgerFindings)value;
        WriteObject(ledger);
        if (error is not null)
        {
            WriteError(error, ledger);
        }
    }
}
