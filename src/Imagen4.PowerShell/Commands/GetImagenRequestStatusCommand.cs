using System.Management.Automation;
using Imagen4.Core.Batch;
using Imagen4.Core.Protocols;
using Imagen4.Core.Rows;
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

    /// <inheritdoc/>
    private protected override BatchOptions RequestOptions(BatchOptions options) => options with { Wait = Wait };

    /// <inheritdoc/>
    private protected override void Start(RequestReference request, RequestRecord record) =>
        Start(Target, async cancellation => await Run.ReadStatusAsync(request, logs: false, changed: null, cancellation).ConfigureAwait(false));

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => Write((RowOutcome<ImagenRequestStatus>)value, target);
}
