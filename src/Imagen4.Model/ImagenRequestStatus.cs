namespace Imagen4;

/// <summary>What the host says of a request at one moment.</summary>
public sealed class ImagenRequestStatus
{
    /// <summary>The host's id of the request.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The name of the provider that was asked.</summary>
    public string? Provider { get; set; }

    /// <summary>The endpoint id of the request.</summary>
    public string? Model { get; set; }

    /// <summary>One of <see cref="ImagenStates"/>.</summary>
    public string State { get; set; } = ImagenStates.Pending;

    /// <summary>How many requests the host will start before this one.</summary>
    public int? QueuePosition { get; set; }

    /// <summary>How long the model ran, in seconds.</summary>
    public double? InferenceTime { get; set; }

    /// <summary>Why the request failed.</summary>
    public string? Error { get; set; }

    /// <summary>The host's own type of the error.</summary>
    public string? ErrorType { get; set; }

    /// <summary>Lines the model wrote, where they were asked for; in text, one line each.</summary>
    public ImagenLog Logs { get; set; } = [];

    /// <summary>The request id and its state.</summary>
    public override string ToString() => $"{RequestId} {State}";
}
