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

/// <summary>The log of a request. As text (in a CSV cell) it is its lines.</summary>
#pragma warning disable CA1710 // It reads as a log, and the name is part of users' scripts.
public sealed class ImagenLog : List<ImagenLogEntry>
#pragma warning restore CA1710
{
    /// <summary>The lines, each on its own.</summary>
    public override string ToString() => string.Join('\n', this);
}
