namespace Imagen4.Emulator.Fal;

/// <summary>The body of an error that the model raised.</summary>
internal sealed record ModelError(IReadOnlyList<ErrorDetail> Detail);
