namespace Imagen4.Core.Input;

/// <summary>A record that names a request: what follow-up commands read from a live object, a CSV or a job.</summary>
public sealed record RequestRecord
{
    /// <summary>The number of the record within its pipeline, from 1.</summary>
    public required int Index { get; init; }

    /// <summary>Whether the record itself says that number.</summary>
    public bool HasIndex { get; init; }

    /// <summary>The host's id of the request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The provider it was submitted to.</summary>
    public string? Provider { get; init; }

    /// <summary>The address it was sent to, where its provider has another one now; null where it has not, or that is not known.</summary>
    internal string? SentTo { get; init; }

    /// <summary>The endpoint id it was submitted to.</summary>
    public string? Model { get; init; }

    /// <summary>The caller's own key.</summary>
    public string? Key { get; init; }

    /// <summary>What was sent, where the record says so.</summary>
    public ImageInput? Input { get; init; }

    /// <summary>The images it was made from, where the record says so.</summary>
    public ImageList Images { get; init; } = ImageList.None;

    /// <summary>How it was queued and kept, where the record says so.</summary>
    public SubmitSettings Settings { get; init; } = SubmitSettings.None;
}
