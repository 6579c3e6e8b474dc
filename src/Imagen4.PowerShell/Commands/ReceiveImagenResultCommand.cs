using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Receive-ImagenResult</c>: reads results and saves their images.</summary>
[Cmdlet(VerbsCommunications.Receive, "ImagenResult")]
[OutputType(typeof(ImagenResult))]
public sealed class ReceiveImagenResultCommand : RequestCommand
{
    private readonly BatchSummary _summary = new();

    /// <summary>Waits for requests that go on.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Where images are saved; where none is given, the directory of the request's row, or else the current one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string? OutputDirectory { get; set; }

    /// <summary>How files are named.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FileNameCompleter))]
    public string? FileName { get; set; }

    /// <summary>Writes a JSON file beside each image.</summary>
    [Parameter]
    public SwitchParameter Sidecar { get; set; }

    /// <summary>Overwrites files that are in the way.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The largest image that is saved, in bytes.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public long MaxBytes { get; set; } = BatchOptions.LargestImage;

    /// <summary>Reads the result and saves nothing.</summary>
    [Parameter]
    public SwitchParameter NoDownload { get; set; }

    /// <inheritdoc/>
    private protected override BatchOptions RequestOptions(BatchOptions options)
    {
        if (NoDownload && (OutputDirectory is not null || FileName is not null || Force || Sidecar))
        {
            throw new InvalidInputException(CommandMessages.NoDownloadConflict) { NextCommand = CommandMessages.AdviceWithout.With("-NoDownload") };
        }

        RequireNoDirectory(BoundValue.Plain(RequestId) as string);
        var isGiven = MyInvocation.BoundParameters.ContainsKey(nameof(OutputDirectory));
        var output = NoDownload ? null : OutputPath.Bind(this, isGiven ? OutputDirectory : ".", FileName, Force, Sidecar);
        output?.Check();
        return options with
        {
            Wait = Wait,
            Output = output,
            FileName = new FileNameTemplate(FileName),
            Sidecar = Sidecar,
            MaxBytes = MaxBytes,
            KeepsPlace = output is not null && !isGiven,
        };
    }

    // New-ImagenImage takes one by its place, and here the place is that of an id.
    private void RequireNoDirectory(string? id)
    {
        if (id is not null && (OutputPath.IsWrittenAsPath(id) || (MyInvocation.ExpectingInput && OutputPath.IsDirectory(this, id))))
        {
            var requests = MyInvocation.ExpectingInput ? "..." : "Get-ImagenRequest -Unfinished";
            throw new InvalidInputException(CommandMessages.RequestIdIsDirectory.With(PlainText.Brief(id)))
            {
                NextCommand = CommandMessages.AdviceRequestIdIsDirectory.With(requests, CommandText.Argument(id)),
            };
        }
    }

    /// <inheritdoc/>
    private protected override void Start(RequestReference request, RequestRecord record) =>
        Start(request.Host.Profile, Target, () => request.RequestId, async stop =>
            await FollowUp.ReceiveAsync(request, record, stop.Stopping).ConfigureAwait(false));

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        var received = (RowOutcome<ImagenResult>)value;
        if (received.Value is { } result)
        {
            _summary.Add(result, isContinued: true);
        }
        else
        {
            _summary.AddRefused();
        }

        Write(received, target);
    }

    /// <inheritdoc/>
    protected override void WriteRecordError(ImagenException failure, object? target)
    {
        _summary.AddRefused();
        base.WriteRecordError(failure, target);
    }

    /// <inheritdoc/>
    protected override void OnFinished()
    {
        base.OnFinished();
        if (!IsStopped && _summary.Rows > 1)
        {
            WriteSummary(_summary.OfRequests());
        }
    }
}
