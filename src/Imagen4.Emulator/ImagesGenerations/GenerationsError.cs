namespace Imagen4.Emulator.ImagesGenerations;

/// <summary>The host's one form of an error.</summary>
internal sealed record GenerationsError(string Message, string Path, string RequestId, int StatusCode, DateTime Timestamp);
