namespace Imagen4;

/// <summary>A paid POST whose fate is unknown. It is never sent again by itself.</summary>
public sealed class SubmissionInDoubtException : ImagenException
{
    /// <inheritdoc/>
    public SubmissionInDoubtException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
