using System.Management.Automation;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>A command that submits: how its requests are queued and kept, beside what the model is given.</summary>
public abstract class SubmitCommand : HostCommand
{
    /// <summary>The address the host calls when the request has ended.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("fal_webhook")]
    public object? WebhookUri { get; set; }

    /// <summary>The place in the queue: <c>normal</c> or <c>low</c>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public object? Priority { get; set; }

    /// <summary>Seconds until the host has to start the request; after that it gives it up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? StartTimeoutSec { get; set; }

    /// <summary>The longest queue the request may be added to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("fal_max_queue_length")]
    public object? MaxQueueLength { get; set; }

    /// <summary>Labels for the host's own reports.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? Tag { get; set; }

    /// <summary>How long the host keeps what it generates.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public object? ObjectLifetime { get; set; }

    /// <summary>Submits rows that an earlier run submitted, too.</summary>
    [Parameter]
    public SwitchParameter NoResume { get; set; }

    /// <summary>Asks the host to cancel what goes on when the command is stopped.</summary>
    [Parameter]
    public SwitchParameter CancelOnStop { get; set; }

    /// <summary>What PowerShell bound for this record, under the parameters' names.</summary>
    private protected Dictionary<string, object?> SettingCells() => new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(WebhookUri)] = WebhookUri,
        [nameof(Priority)] = Priority,
        [nameof(StartTimeoutSec)] = StartTimeoutSec,
        [nameof(MaxQueueLength)] = MaxQueueLength,
        [nameof(Tag)] = Tag,
        [nameof(ObjectLifetime)] = BoundValue.AsWritten(ObjectLifetime),
    };
}
