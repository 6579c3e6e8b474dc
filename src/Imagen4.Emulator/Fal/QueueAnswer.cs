namespace Imagen4.Emulator.Fal;

/// <summary>A queue operation answered with one word, such as <c>NOT_FOUND</c>.</summary>
internal sealed record QueueAnswer(string Status);
