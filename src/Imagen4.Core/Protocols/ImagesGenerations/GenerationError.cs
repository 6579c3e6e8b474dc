namespace Imagen4.Core.Protocols.ImagesGenerations;

/// <summary>An error: flat, or one level down.</summary>
internal sealed record GenerationError
{
    public string? Message { get; init; }

    public string? RequestId { get; init; }

    public int? StatusCode { get; init; }

    public GenerationErrorBody? Error { get; init; }

    /// <summary>What the host says, wherever it says it.</summary>
    public string? Text => Message ?? Error?.Message;
}

/// <summary>The error one level down.</summary>
internal sealed record GenerationErrorBody
{
    public string? Message { get; init; }
}
