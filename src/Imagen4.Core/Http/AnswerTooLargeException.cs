namespace Imagen4.Core.Http;

/// <summary>An answer that goes on and on: asking again would bring the same.</summary>
internal sealed class AnswerTooLargeException(string message) : IOException(message);
