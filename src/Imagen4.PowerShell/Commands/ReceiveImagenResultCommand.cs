using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Receive-ImagenResult</c>: reads results and saves their images.</summary>
[Cmdlet(VerbsCommunications.Receive, "ImagenResult")]
[OutputType(typeof(ImagenResult))]
public sealed class ReceiveImagenResultCommand : RequestCommand
{
    /// <summary>Waits for requests that go on.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Where images are saved; the current folder where none is given.</summary>
    [Parameter]
    public string? OutputDirectory { get; set; }

    /// <summary>How files are named.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FileNameCompleter))]
    public string? FileName { get; set; }

    /// <summary>Overwrites files that are in the way.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Reads the result and saves nothing.</summary>
    [Parameter]
    public SwitchParameter NoDownload { get; set; }

    /// <inheritdoc/>
    private protected override BatchOptions RequestOptions(BatchOptions options)
    {
        if (NoDownload && (OutputDirectory is not null || FileName is not null || Force))
        {
            throw new InvalidInputException(CommandMessages.NoDownloadConflict);
        }

        var folder = MyInvocation.BoundParameters.ContainsKey(nameof(OutputDirectory)) ? OutputDirectory : ".";
        var output = NoDownload ? null : OutputPath.Bind(this, folder, FileName, Force);
        output?.Check();
        return options with { Wait = Wait, Output = output, FileName = new FileNameTemplate(FileName) };
    }

    /// <inheritdoc/>
    private protected override void Start(RequestReference request, RequestRecord record) =>
        Start(request.Host.Profile, Target, () => request.RequestId, async stop =>
            await FollowUp.ReceiveAsync(request, record, stop.Stopping).ConfigureAwait(false));

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => Write((RowOutcome<ImagenResult>)value, target);
}
