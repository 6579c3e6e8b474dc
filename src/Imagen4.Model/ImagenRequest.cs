namespace Imagen4;

/// <summary>A request that was submitted: what <c>New-ImagenImage</c> returns without waiting.</summary>
public sealed class ImagenRequest : ImagenInputs, IRowObject
{
    /// <summary>The host's id of the request; null when the host never told one.</summary>
    public string? RequestId { get; set; }

    /// <summary>The name of the provider it was submitted to.</summary>
    public string? Provider { get; set; }

    /// <summary>The endpoint id it was submitted to.</summary>
    public string? Model { get; set; }

    /// <summary>The caller's own row key.</summary>
    public string? Key { get; set; }

    /// <summary>The number of the row within its pipeline, from 1.</summary>
    public int Index { get; set; }

    /// <summary>The ledger's own id of it. It is there before the host has told one, and when the host never does.</summary>
    public string? LedgerId { get; set; }

    /// <summary>One of <see cref="ImagenStates"/>: the one that was known at <see cref="UpdatedAt"/>.</summary>
    public string State { get; set; } = ImagenStates.Pending;

    /// <summary>How many requests the host will start before this one, when it was accepted.</summary>
    public int? QueuePosition { get; set; }

    /// <summary>When the host accepted it, in UTC; of a request in doubt, when it was sent.</summary>
    public DateTime? SubmittedAt { get; set; }

    /// <summary>When the ledger last recorded something about it, in UTC: its state is as old as that.</summary>
    public DateTime? UpdatedAt { get; set; }

    /// <summary>Where the state of the request is read.</summary>
    public string? StatusUri { get; set; }

    /// <summary>Where the result of the request is read.</summary>
    public string? ResponseUri { get; set; }

    /// <summary>Where the request is cancelled.</summary>
    public string? CancelUri { get; set; }

    /// <summary>The directory its images are saved to; null where they are not saved.</summary>
    public string? Directory { get; set; }

    /// <summary>The file of the first image, where its images have been saved.</summary>
    public string? Path { get; set; }

    /// <summary>Every image of its result, where they have been saved; in text, their paths.</summary>
    public ImagenImageList Images { get; set; } = [];

    /// <summary>What it cost, once its result has been read and where a price is known; null otherwise.</summary>
    public decimal? Cost { get; set; }

    /// <summary>The currency of <see cref="Cost"/>, as the host calls it; null for a price of the user's own, which has none.</summary>
    public string? Currency { get; set; }

    /// <summary>Why it was not accepted, or is in doubt.</summary>
    public string? Error { get; set; }

    /// <summary>The error id that goes with <see cref="Error"/>, or the host's own error type.</summary>
    public string? ErrorType { get; set; }

    /// <summary>
    /// How certain it is, where it was in doubt and has been settled: <c>Certain</c> or <c>Likely</c> by the host, or <c>User</c>.
    /// </summary>
    public string? Certainty { get; set; }

    /// <summary>The request id, so that a request reads well inside other text.</summary>
    public override string ToString() => RequestId ?? State;
}
