using Imagen4.Emulator.Http;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>What came of a POST: a job and its place in the queue, or the answer that refuses it.</summary>
internal sealed record Submission(Job? Job, int Position, JsonAnswer? Refusal)
{
    public static Submission Refused(JsonAnswer answer) => new(null, 0, answer);
}
