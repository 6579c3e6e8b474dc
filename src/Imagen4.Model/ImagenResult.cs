namespace Imagen4;

/// <summary>A request that has ended: what <c>Receive-ImagenResult</c> and a waiting <c>New-ImagenImage</c> return.</summary>
public sealed class ImagenResult : ImagenInputs, IRowObject
{
    /// <summary>The host's id of the request; null when the host never told one.</summary>
    public string? RequestId { get; set; }

    /// <summary>The name of the provider that ran it.</summary>
    public string? Provider { get; set; }

    /// <summary>The endpoint id that ran it.</summary>
    public string? Model { get; set; }

    /// <summary>The caller's own row key.</summary>
    public string? Key { get; set; }

    /// <summary>The number of the row within its pipeline, from 1.</summary>
    public int Index { get; set; }

    /// <summary>The ledger's own id of the request; null where the ledger does not know it.</summary>
    public string? LedgerId { get; set; }

    /// <summary>One of <see cref="ImagenStates"/>.</summary>
    public string State { get; set; } = ImagenStates.Pending;

    /// <summary>When the host accepted the request, in UTC; null where that is not known.</summary>
    public DateTime? SubmittedAt { get; set; }

    /// <summary>When its result was read, in UTC; null where it has not been.</summary>
    public DateTime? CompletedAt { get; set; }

    /// <summary>The directory its images are saved to; null where they are not saved.</summary>
    public string? Directory { get; set; }

    /// <summary>The file of the first image.</summary>
    public string? Path { get; set; }

    /// <summary>Every image of the result; in text, their paths.</summary>
    public ImagenImageList Images { get; set; } = [];

    /// <summary>The model's own description of what it made.</summary>
    public string? Description { get; set; }

    /// <summary>What the host counts for the request, in its own unit: images at fal, credits at AI/ML API.</summary>
    public decimal? BillableUnits { get; set; }

    /// <summary>
    /// What the request cost: what the host counts for it at the host's price where both are known, else at the user's own price of an
    /// image; null where neither is known.
    /// </summary>
    public decimal? Cost { get; set; }

    /// <summary>The currency of <see cref="Cost"/>, as the host calls it; null for a price of the user's own, which has none.</summary>
    public string? Currency { get; set; }

    /// <summary>
    /// Seconds from the acceptance of the request (or the start of the wait) to its end here; from its sending where the answer is the
    /// result.
    /// </summary>
    public double? Elapsed { get; set; }

    /// <summary>What the host returned besides, as JSON text of one object.</summary>
    public string? AdditionalOutput { get; set; }

    /// <summary>Why there are no images, or not all of them.</summary>
    public string? Error { get; set; }

    /// <summary>The error id that goes with <see cref="Error"/>, or the host's own error type.</summary>
    public string? ErrorType { get; set; }

    /// <summary>The first file, or the request id and its state.</summary>
    public override string ToString() => Path ?? $"{RequestId} {State}";
}
