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
    private readonly List<string> _endedIds = [];
    private int _cancelled;
    private int _ended;
    private int _failed;

    // Of a single request it is an error that it had ended; of several it is one of the ways they end.
    private (ImagenException Error, object? Target)? _firstEnded;

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
        switch (ended)
        {
            case { Error: AlreadyCompletedException error }:
                _ended++;
                _firstEnded ??= (error, target);
                _endedIds.AddRange(error.RequestId is { } id ? [id] : []);
                WriteVerbose(error.Message);
                ended = ended with { Error = null };
                break;
            case { Error: not null }:
                _failed++;
                break;
            case { Value: { State: ImagenStates.Completed or ImagenStates.Failed } status }:
                _ended++;
                _endedIds.Add(status.RequestId);
                break;
            default:
                _cancelled++;
                break;
        }

        Write(PassThru ? ended : ended with { Value = null }, target);
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        Finish();
        if (!IsStopped && _cancelled + _ended + _failed == 1 && _firstEnded is { } only)
        {
            WriteOutcomeError(only.Error, only.Target);
        }

        base.OnEnd();
    }

    // What failed has no images, and what was saved has its images here.
    private bool IsToFetch(string id)
    {
        try
        {
            return WaitFor(async stopping => await ModuleSession.Client.Requests.OfRequestIdAsync(id, stopping).ConfigureAwait(false))
                .Any(request => request.State == ImagenStates.Completed);
        }
        catch (RequestNotFoundException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        base.OnFinished();
        if (!IsStopped && IsBatch && _cancelled + _ended + _failed > 0)
        {
            WriteSummary(
                CommandMessages.CancelSummary.With(_cancelled, _ended, _failed)
                    + (_endedIds.Exists(IsToFetch) ? CommandMessages.CancelSummaryFetch : ""));
        }
    }
}
