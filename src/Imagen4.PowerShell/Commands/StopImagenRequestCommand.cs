using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Stop-ImagenRequest</c>: asks the host to cancel requests.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ImagenRequest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImagenRequestStatus))]
public sealed class StopImagenRequestCommand : RequestCommand
{
    /// <summary>Returns the state of each request after the host was asked.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Start(RequestReference request, RequestRecord record)
    {
        if (ShouldProcess(request.RequestId, CommandMessages.ShouldCancelAction.With(request.Host.Profile.Name)))
        {
            Start(request.Host.Profile, Target, () => request.RequestId, async stop =>
                await FollowUp.CancelAsync(request, PassThru, stop.Stopping).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => Write((RowOutcome<ImagenRequestStatus>)value, target);
}
