using System.Management.Automation;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>
/// A command whose records are rows. Every input is declared as an object and converted in one place, so that a cell is
/// taken exactly or refused, never dropped or rounded on the way.
/// </summary>
public abstract class RowCommand : SubmitCommand
{
    /// <summary>What the image shows.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public object? Prompt { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <summary>What the image should not show.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("negative_prompt")]
    public object? NegativePrompt { get; set; }

    /// <summary>Width to height.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("aspect_ratio")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? AspectRatio { get; set; }

    /// <summary>The number of images.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("num_images")]
    public object? NumImages { get; set; }

    /// <summary>The random seed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? Seed { get; set; }

    /// <summary>The size class.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? Resolution { get; set; }

    /// <summary>The file format.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("output_format")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? OutputFormat { get; set; }

    /// <summary>Whether the host returns the media inside its answer.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("sync_mode")]
    public object? SyncMode { get; set; }

    /// <summary>How much the safety checker lets through.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("safety_tolerance")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? SafetyTolerance { get; set; }

    /// <summary>Whether the host rewrites the prompt before it generates.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("enhance_prompt")]
    public object? EnhancePrompt { get; set; }

    /// <summary>Which people may be shown.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("person_generation")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? PersonGeneration { get; set; }

    /// <summary>How much the host's safety filter blocks.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("safety_setting")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? SafetySetting { get; set; }

    /// <summary>Whether an invisible watermark is added.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("add_watermark")]
    public object? AddWatermark { get; set; }

    /// <summary>Inputs that have no parameter.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? AdditionalInput { get; set; }

    /// <summary>The endpoint id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? Model { get; set; }

    /// <summary>The caller's own key of the row.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? Key { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? Prompt;

    /// <inheritdoc/>
    protected override bool IsBatch => base.IsBatch || BoundValue.IsList(Prompt);

    /// <summary>Every name a parameter can be given by.</summary>
    private protected IEnumerable<string> NamesOf(string parameter) =>
        MyInvocation.MyCommand.Parameters.TryGetValue(parameter, out var known) ? known.Aliases.Prepend(parameter) : [parameter];

    /// <summary>What PowerShell bound for this record, under the parameters' names.</summary>
    private protected Dictionary<string, object?> Cells(object? prompt) => new(SettingCells(), StringComparer.OrdinalIgnoreCase)
    {
        [nameof(Prompt)] = prompt,
        [nameof(NegativePrompt)] = NegativePrompt,
        [nameof(AspectRatio)] = AspectRatio,
        [nameof(NumImages)] = NumImages,
        [nameof(Seed)] = Seed,
        [nameof(Resolution)] = Resolution,
        [nameof(OutputFormat)] = OutputFormat,
        [nameof(SyncMode)] = SyncMode,
        [nameof(SafetyTolerance)] = SafetyTolerance,
        [nameof(EnhancePrompt)] = EnhancePrompt,
        [nameof(PersonGeneration)] = PersonGeneration,
        [nameof(SafetySetting)] = SafetySetting,
        [nameof(AddWatermark)] = AddWatermark,
        [nameof(AdditionalInput)] = AdditionalInput,
        [nameof(Provider)] = Provider,
        [nameof(Model)] = Model,
        [nameof(Key)] = BoundValue.AsWritten(Key),
    };
}
