using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenRequestStatus</c>: what the host says of requests.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenRequestStatus")]
[OutputType(typeof(ImagenRequestStatus))]
public sealed class GetImagenRequestStatusCommand : RequestCommand
{
    /// <summary>Returns when the request has ended.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Returns every change until the request has ended.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <summary>Asks for the lines the model wrote.</summary>
    [Parameter]
    public SwitchParameter Logs { get; set; }

    /// <inheritdoc/>
    private protected override BatchOptions RequestOptions(BatchOptions options) =>
        Follow && MyInvocation.BoundParameters.ContainsKey(nameof(Wait)) && !Wait
            ? throw new InvalidInputException(CommandMessages.FollowNeedsWait)
            : options with { Wait = Wait || Follow };

    /// <inheritdoc/>
    private protected override void Start(RequestReference request, RequestRecord record)
    {
        var target = Target;
        Func<ImagenRequestStatus, CancellationToken, Task>? changed = Follow
            ? (change, token) => PublishAsync(change, target, token)
            : null;
        Start(request.Host.Profile, target, () => request.RequestId, async stop =>
            await FollowUp.ReadStatusAsync(request, Logs, changed, stop.Stopping).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is RowOutcome<ImagenRequestStatus> ended)
        {
            Write(ended, target);
        }
        else
        {
            HandOn(value);
        }
    }
}
