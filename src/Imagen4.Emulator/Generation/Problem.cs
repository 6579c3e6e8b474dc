using System.Text.Json;

namespace Imagen4.Emulator.Generation;

/// <summary>One thing that is wrong, and where in the request it is.</summary>
internal sealed record Problem(IReadOnlyList<string> Location, string Type, string Message)
{
    /// <summary>The limits behind the message, as JSON.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>What was given.</summary>
    public JsonElement? Input { get; init; }
}
