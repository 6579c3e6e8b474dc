namespace Imagen4;

/// <summary>
/// The states a request goes through. They are text, not an enumeration: an enumeration turns into a number
/// in CLIXML and JSON, and these objects travel through both.
/// </summary>
public static class ImagenStates
{
    /// <summary>Known here, nothing heard from the host yet.</summary>
    public const string Pending = "Pending";

    /// <summary>The host has accepted the request and has not started it.</summary>
    public const string InQueue = "InQueue";

    /// <summary>The host is generating.</summary>
    public const string InProgress = "InProgress";

    /// <summary>The host has finished; the images have not been saved.</summary>
    public const string Completed = "Completed";

    /// <summary>Every image is on disk.</summary>
    public const string Delivered = "Delivered";

    /// <summary>The host ran the request and failed.</summary>
    public const string Failed = "Failed";

    /// <summary>The host refused the request; nothing was generated.</summary>
    public const string Rejected = "Rejected";

    /// <summary>The request was cancelled.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>The request was sent and it is unknown whether it was accepted. It is never sent again automatically.</summary>
    public const string InDoubt = "InDoubt";
}
