namespace Imagen4.Core.Protocols;

/// <summary>A paid POST that the host has taken.</summary>
/// <param name="Request">How to ask for it from now on.</param>
/// <param name="QueuePosition">How many requests the host will start before it, where it says so.</param>
internal sealed record Acceptance(RequestReference Request, int? QueuePosition)
{
    /// <summary>The result, where the answer to the submit is the result.</summary>
    public HostResult? Answered { get; init; }
}
