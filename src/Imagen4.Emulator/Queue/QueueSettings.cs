namespace Imagen4.Emulator.Queue;

/// <summary>What a client asks of the queue for one job, beside the model's input.</summary>
internal sealed record QueueSettings
{
    public static QueueSettings None { get; } = new();

    public bool LowPriority { get; init; }

    /// <summary>The job is refused when more than this many wait already.</summary>
    public int? MaxWaiting { get; init; }

    /// <summary>Who wants to be told when the job has ended.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>The job ends when it has not started by then.</summary>
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>The tags as they came, such as <c>project=a,run=7</c>.</summary>
    public string? Tags { get; init; }

    /// <summary>How long the files are wanted and who may have them: the JSON as it came. Here all stay while the emulator runs.</summary>
    public string? ObjectLifecycle { get; init; }
}
