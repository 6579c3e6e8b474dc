namespace Imagen4.Core.Pipeline.Requests;

/// <summary>Which requests of the ledger are wanted.</summary>
public sealed record RequestFilter
{
    /// <summary>Any of these states, as they were last known. None for all.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>
    /// Whether only what has not come to its end is wanted: what is submitted, what its host works on, what is not saved yet.
    /// </summary>
    public bool Unfinished { get; init; }

    /// <summary>Whether a provider is wanted.</summary>
    public Func<string, bool> Provider { get; init; } = _ => true;

    /// <summary>Whether a key is wanted; null for all, those without one too.</summary>
    public Func<string, bool>? Key { get; init; }

    /// <summary>
    /// Whether every submission of a row is wanted. Else it is the newest, and of those before it only what may still cost something:
    /// what goes on at its host, is in doubt, or was paid for and is not saved. One that has ended without success is over as well when its
    /// row was submitted for another directory since.
    /// </summary>
    public bool History { get; init; }

    /// <summary>Submitted at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Submitted at this time or earlier.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Not touched since this time.</summary>
    public DateTimeOffset? Before { get; init; }
}
