namespace Imagen4;

/// <summary>A line that the model wrote while it ran.</summary>
public sealed class ImagenLogEntry
{
    /// <summary>When, in UTC, where the host says so.</summary>
    public DateTime? Timestamp { get; set; }

    /// <summary>How much it matters: the host's own word, for example <c>INFO</c> or <c>STDERR</c>.</summary>
    public string? Level { get; set; }

    /// <summary>Who wrote it.</summary>
    public string? Source { get; set; }

    /// <summary>What it says.</summary>
    public string Message { get; set; } = "";

    /// <summary>What it says.</summary>
    public override string ToString() => Message;
}
