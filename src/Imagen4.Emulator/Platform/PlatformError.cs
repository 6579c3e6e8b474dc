namespace Imagen4.Emulator.Platform;

/// <summary>An error of the platform's, one level down.</summary>
internal sealed record PlatformError(PlatformErrorBody Error);
