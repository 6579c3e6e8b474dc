using Imagen4.Core.Text;

namespace Imagen4.Core.Input;

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
        nameof(ObjectLifetime) => Input.ObjectLifetime.Named,
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

/// <summary>Reads the settings of a row from its cells.</summary>
internal static class SubmitSettingsReader
{
    /// <summary>What <c>Priority</c> takes.</summary>
    public static IReadOnlyList<string> Priorities { get; } = ["normal", "low"];

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidInputException">A cell does not hold what its setting takes.</exception>
    public static SubmitSettings Read(Func<string, Cell> at)
    {
        var settings = new SubmitSettings
        {
            WebhookUri = Webhook(at("WebhookUri")),
            Priority = Priority(at("Priority")),
            StartTimeoutSec = AtLeast(at("StartTimeoutSec"), 2),
            MaxQueueLength = AtLeast(at("MaxQueueLength"), 1),
            Tag = Tags(at("Tag")),
            ObjectLifetime = Lifetime(at("ObjectLifetime")),
        };
        return settings == SubmitSettings.None ? SubmitSettings.None : settings;
    }

    private static Uri? Webhook(Cell cell)
    {
        if (cell.Text()?.Trim() is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
            ? address
            : throw (cell with { Value = AddressText.WithoutSecrets(text) }).Refuse(Messages.CellIsNotAddress);
    }

    private static string? Priority(Cell cell) => cell.Text()?.Trim() is not { } text ? null
        : Priorities.FirstOrDefault(known => known.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw cell.Refuse(Messages.CellIsNotPriority);

    private static long? AtLeast(Cell cell, long least) => cell.WholeNumber() is not { } number ? null
        : number >= least && number <= int.MaxValue ? number : throw cell.Refuse(Messages.CellIsTooSmall, least);

    private static RequestTags? Tags(Cell cell) => cell.IsEmpty ? null
        : RequestTags.TryCreate(cell.JsonMembers() ?? throw cell.Refuse(Messages.CellIsNotJsonObject), out var offence)
            ?? throw cell.Refuse(Messages.CellIsNotTags, offence);

    // A PowerShell literal 1d is the decimal 1, and would be a second where a day was meant.
    private static ObjectLifetime? Lifetime(Cell cell) => cell.Value is decimal
        ? throw cell.Refuse(Messages.CellIsDecimal)
        : cell.Text()?.Trim() is not { } text
        ? null
        : ObjectLifetime.TryParse(text) ?? throw cell.Refuse(Messages.CellIsNotLifetime, ObjectLifetime.Allowed);
}
