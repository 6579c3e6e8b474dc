namespace Imagen4.Core.Media;

/// <summary>What a file name can be made of. A value that is not known yet is null.</summary>
public sealed record FileNameValues
{
    /// <summary>The number of the row.</summary>
    public int? Index { get; init; }

    /// <summary>The host's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The caller's own key.</summary>
    public string? Key { get; init; }

    /// <summary>The provider.</summary>
    public string? Provider { get; init; }

    /// <summary>The endpoint id.</summary>
    public string? Model { get; init; }

    /// <summary>The prompt.</summary>
    public string? Prompt { get; init; }

    /// <summary>The seed.</summary>
    public long? Seed { get; init; }
}
