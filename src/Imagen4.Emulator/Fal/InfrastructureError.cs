namespace Imagen4.Emulator.Fal;

/// <summary>The body of an error that happened around the model.</summary>
internal sealed record InfrastructureError(string Detail, string ErrorType);
