namespace Imagen4;

/// <summary>The log of a request. As text (in a CSV cell) it is its lines.</summary>
#pragma warning disable CA1710 // It reads as a log, and the name is part of users' scripts.
public sealed class ImagenLog : List<ImagenLogEntry>
#pragma warning restore CA1710
{
    /// <summary>The lines, each on its own.</summary>
    public override string ToString() => string.Join('\n', this);
}
