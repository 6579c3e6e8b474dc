using System.Management.Automation;
using System.Reflection;
using Imagen4.Core.Input;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Pipeline;

/// <content>
/// The parameters of a row. Each is declared as an object and converted in one place, so that a cell is taken exactly or refused, never
/// dropped or rounded on the way.
/// </content>
public abstract partial class BatchCommand
{
    // Every parameter that a cell of a record can stand for, as the table of inputs has them.
    private static readonly PropertyInfo[] Inputs =
    [
        .. InputField.All.Select(field => field.Parameter).Concat(SubmitSettings.Names)
            .Concat(ImageList.Names)
            .Concat([nameof(AdditionalInput), nameof(Provider), nameof(Model), nameof(Key)])
            .Select(name => typeof(BatchCommand).GetProperty(name)!),
    ];

    /// <summary>What the image shows.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Prompt { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <summary>What the image should not show.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("negative_prompt")]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? NegativePrompt { get; set; }

    /// <summary>Width to height.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("aspect_ratio"), ArgumentCompleter(typeof(InputCompleter))]
    public object? AspectRatio { get; set; }

    /// <summary>The number of images.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("num_images")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? NumImages { get; set; }

    /// <summary>The random seed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? Seed { get; set; }

    /// <summary>The size class.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), ArgumentCompleter(typeof(InputCompleter))]
    public object? Resolution { get; set; }

    /// <summary>The file format.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("output_format"), ArgumentCompleter(typeof(InputCompleter))]
    public object? OutputFormat { get; set; }

    /// <summary>Whether the host returns the media inside its answer.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("sync_mode")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? SyncMode { get; set; }

    /// <summary>How much the safety checker lets through.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("safety_tolerance"), ArgumentCompleter(typeof(InputCompleter))]
    public object? SafetyTolerance { get; set; }

    /// <summary>Whether the host rewrites the prompt before it generates.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("enhance_prompt")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? EnhancePrompt { get; set; }

    /// <summary>Which people may be shown.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("person_generation"), ArgumentCompleter(typeof(InputCompleter))]
    public object? PersonGeneration { get; set; }

    /// <summary>How much the host's safety filter blocks.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("safety_setting"), ArgumentCompleter(typeof(InputCompleter))]
    public object? SafetySetting { get; set; }

    /// <summary>Whether an invisible watermark is added.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("add_watermark")]
    [ArgumentCompleter(typeof(InputCompleter))]
    public object? AddWatermark { get; set; }

    /// <summary>Files of images that the image is made from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("image_path", "FullName")]
    public object? ImagePath { get; set; }

    /// <summary>Addresses of images that the image is made from.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("image_uri", "image_url", "image_urls", "Uri")]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? ImageUri { get; set; }

    /// <summary>Inputs that have no parameter.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AdditionalInputCompleter))]
    public object? AdditionalInput { get; set; }

    /// <summary>The endpoint id.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), ArgumentCompleter(typeof(ModelCompleter))]
    public object? Model { get; set; }

    /// <summary>The caller's own key of the row.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RequestCompleter))]
    public object? Key { get; set; }

    /// <summary>The address the host calls when the request has ended.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("fal_webhook")]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? WebhookUri { get; set; }

    /// <summary>The place in the queue: <c>normal</c> or <c>low</c>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), ArgumentCompleter(typeof(SettingCompleter))]
    public object? Priority { get; set; }

    /// <summary>Seconds until the host has to start the request; after that it gives it up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? StartTimeoutSec { get; set; }

    /// <summary>The longest queue the request may be added to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), Alias("fal_max_queue_length")]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? MaxQueueLength { get; set; }

    /// <summary>Labels for the host's own reports.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Tag { get; set; }

    /// <summary>How long the host keeps what it generates.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true), ArgumentCompleter(typeof(SettingCompleter))]
    public object? ObjectLifetime { get; set; }

    /// <summary>Submits rows that an earlier run submitted, too.</summary>
    [Parameter]
    public SwitchParameter NoResume { get; set; }

    /// <summary>Asks the host to cancel what goes on when the command is stopped.</summary>
    [Parameter]
    public SwitchParameter CancelOnStop { get; set; }

    /// <summary>Every name a parameter can be given by.</summary>
    private protected IEnumerable<string> NamesOf(string parameter) =>
        MyInvocation.MyCommand.Parameters.TryGetValue(parameter, out var known) ? known.Aliases.Prepend(parameter) : [parameter];

    /// <summary>What PowerShell bound for this record, under the parameters' names.</summary>
    /// <param name="prompt">The prompt, where the parameter holds several.</param>
    private protected Dictionary<string, object?> Cells(object? prompt)
    {
        var cells = Inputs.ToDictionary(input => input.Name, input => input.GetValue(this), StringComparer.OrdinalIgnoreCase);
        cells[nameof(Prompt)] = prompt;
        cells[nameof(Key)] = BoundValue.AsWritten(Key);
        cells[nameof(ObjectLifetime)] = BoundValue.AsWritten(ObjectLifetime);
        return cells;
    }
}
