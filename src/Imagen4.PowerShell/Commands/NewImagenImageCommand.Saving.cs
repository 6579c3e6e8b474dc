using System.Management.Automation;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Commands;

/// <content>Where images go, and what their files are called.</content>
public sealed partial class NewImagenImageCommand
{
    /// <summary>Where images are saved.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(DirectoryCompleter))]
    public string? OutputDirectory { get; set; }

    /// <summary>How files are named.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FileNameCompleter))]
    public object? FileName { get; set; }

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
}
