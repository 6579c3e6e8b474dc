using System.Management.Automation;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Requests;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Resolve-ImagenRequest</c>: settles requests in doubt.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "ImagenRequest", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImagenRequest))]
public sealed class ResolveImagenRequestCommand : HostCommand
{
    private RequestResolution _resolution = null!;
    private string? _requestId;
    private int _named;

    /// <summary>The ledger's ids of the requests.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? LedgerId { get; set; }

    /// <summary>Says that the host never got the request.</summary>
    [Parameter]
    public SwitchParameter AsNotSubmitted { get; set; }

    /// <summary>Says which of the host's requests it is.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public string? RequestId { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? LedgerId;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _requestId = string.IsNullOrWhiteSpace(RequestId) ? null : RequestId.Trim();
        if (AsNotSubmitted && _requestId is not null)
        {
            throw new InvalidInputException(CommandMessages.ResolveChoice);
        }

        _resolution = ModuleSession.Client.Resolve(CommonOptions(BoundValue.Plain(Provider)?.ToString()));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var ids = LedgerIds.Read(Row, nameof(LedgerId), LedgerId, InputObject);
        if (ids.Count == 0)
        {
            throw new InvalidInputException(MyInvocation.ExpectingInput
                ? CommandMessages.RecordHasNoLedgerId
                : CommandMessages.ResolveNeedsLedgerId)
            {
                Row = MyInvocation.ExpectingInput ? Row : null, NextCommand = CommandMessages.AdviceResolve,
            };
        }

        foreach (var id in ids)
        {
            try
            {
                var request = WaitFor(async stopping => await _resolution.FindAsync(id, stopping).ConfigureAwait(false));
                Settle(request, LedgerIds.Read(Row, nameof(Provider), Provider, InputObject) is [var named, ..] ? named : null);
            }
            catch (ImagenException error)
            {
                WriteRecordError(error, InputObject ?? id);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => Write((RowOutcome<ImagenRequest>)value, target);

    private void Settle(RequestView request, string? named)
    {
        if (_requestId is not null && ++_named > 1)
        {
            throw new InvalidInputException(CommandMessages.ResolveOneRequest);
        }

        var provider = _resolution.ProviderOf(request, named);
        var action = AsNotSubmitted ? CommandMessages.ResolveNotSubmittedAction
            : _requestId is null ? CommandMessages.ResolveAction.With(provider)
            : CommandMessages.ResolveUserAction.With(_requestId);
        if (!ShouldProcess(request.LedgerId, action))
        {
            return;
        }

        var target = InputObject ?? request.LedgerId;
        if (AsNotSubmitted)
        {
            Start(target, async stop => await _resolution.RefuseAsync(request, stop.Stopping).ConfigureAwait(false));
            return;
        }

        var host = _resolution.Connect(request, provider, _requestId);
        Limit = ThrottleLimit > 0 ? ThrottleLimit : host?.Profile.ConcurrencyLimit ?? 1;
        Start(target, async stop => _requestId is null
            ? await _resolution.AskAsync(request, provider, host, stop.Stopping).ConfigureAwait(false)
            : await _resolution.AcceptAsync(request, host!, _requestId, stop.Stopping).ConfigureAwait(false));
    }
}
