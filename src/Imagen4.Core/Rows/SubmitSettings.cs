namespace Imagen4.Core.Rows;

/// <summary>How a request is queued and kept: what a host takes beside the model's input.</summary>
public sealed record SubmitSettings
{
    /// <summary>Nothing said: the host's defaults hold.</summary>
    public static SubmitSettings None { get; } = new();

    /// <summary>The names of all settings.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [nameof(WebhookUri), nameof(Priority), nameof(StartTimeoutSec), nameof(MaxQueueLength), nameof(Tag), nameof(ObjectLifetime)];

    /// <summary>The texts a setting takes; none where it takes any text or number.</summary>
    public static IReadOnlyList<string> ChoicesFor(string name) => name switch
    {
        nameof(Priority) => SubmitSettingsReader.Priorities,
        nameof(ObjectLifetime) => Rows.ObjectLifetime.Named,
        _ => [],
    };

    /// <summary>The address the host calls when the request has ended.</summary>
    public Uri? WebhookUri { get; init; }

    /// <summary><c>normal</c> or <c>low</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>Seconds until the request has to be started; the host gives it up later.</summary>
    public long? StartTimeoutSec { get; init; }

    /// <summary>The longest queue the request may be added to.</summary>
    public long? MaxQueueLength { get; init; }

    /// <summary>Labels for the host's own accounts.</summary>
    public RequestTags? Tag { get; init; }

    /// <summary>How long the host keeps what it generates.</summary>
    public ObjectLifetime? ObjectLifetime { get; init; }

    /// <summary>The names of what is given.</summary>
    public IEnumerable<string> Given()
    {
        (string Name, object? Value)[] all =
        [
            (nameof(WebhookUri), WebhookUri),
            (nameof(Priority), Priority),
            (nameof(StartTimeoutSec), StartTimeoutSec),
            (nameof(MaxQueueLength), MaxQueueLength),
            (nameof(Tag), Tag),
            (nameof(ObjectLifetime), ObjectLifetime),
        ];
        return all.Where(setting => setting.Value is not null).Select(setting => setting.Name);
    }

    /// <summary>Puts the settings on an object users see, under the parameters' names.</summary>
    public void CopyTo(ImagenInputs target)
    {
        target.WebhookUri = WebhookUri?.AbsoluteUri;
        target.Priority = Priority;
        target.StartTimeoutSec = (int?)StartTimeoutSec;
        target.MaxQueueLength = (int?)MaxQueueLength;
        target.Tag = Tag?.ToJson();
        target.ObjectLifetime = ObjectLifetime?.Text;
    }
}
