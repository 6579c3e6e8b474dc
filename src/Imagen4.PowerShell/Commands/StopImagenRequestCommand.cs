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
    private int _cancelled;
    private int _ended;
    private int _failed;

    /// <summary>Returns the state of each request after the host was asked.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Start(RequestReference request, RequestRecord record)
    {
        var prompt = WaitFor(async stopping => await FollowUp.PromptOfAsync(request, record, stopping).ConfigureAwait(false));
        var target = prompt is null ? request.RequestId
            : CommandMessages.ShouldCancelTarget.With(PlainText.Brief(prompt), request.RequestId);
        if (ShouldProcess(target, CommandMessages.ShouldCancelAction.With(request.Host.Profile.Name)))
        {
            Start(request.Host.Profile, Target, () => request.RequestId, async stop =>
                await FollowUp.CancelAsync(request, PassThru, stop.Stopping).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        var ended = (RowOutcome<ImagenRequestStatus>)value;
        _ = ended switch
        {
            { Error: AlreadyCompletedException } => _ended++,
            { Error: not null } => _failed++,
            { Value.State: ImagenStates.Completed or ImagenStates.Failed } => _ended++,
            _ => _cancelled++,
        };
        Write(PassThru ? ended : ended with { Value = null }, target);
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        base.OnFinished();
        if (!IsStopped && IsBatch && _cancelled + _ended + _failed > 0)
        {
            WriteSummary(CommandMessages.CancelSummary.With(_cancelled, _ended, _failed));
        }
    }
}
