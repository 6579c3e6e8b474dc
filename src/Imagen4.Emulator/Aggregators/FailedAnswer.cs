namespace Imagen4.Emulator.Aggregators;

/// <summary>A result that says, with status 200, that there is none.</summary>
internal sealed record FailedAnswer(string Status, string Error);
