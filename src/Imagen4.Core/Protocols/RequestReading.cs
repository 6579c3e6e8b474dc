namespace Imagen4.Core.Protocols;

/// <summary>What an answer to a read says of a request. An answer that says nothing of it is none: it is thrown as an error.</summary>
/// <param name="Status">How far the request is.</param>
internal sealed record RequestReading(HostStatus Status)
{
    /// <summary>The result, where the answer is one.</summary>
    public HostResult? Answered { get; init; }

    /// <summary>What a request that ended without a result has come to.</summary>
    public ImagenException? Error { get; init; }

    /// <summary>The words that end the request, where nothing marks them as the host's own: a gateway may have said them.</summary>
    public UnmarkedWord? Unmarked { get; init; }

    /// <summary>A request that has ended without a result.</summary>
    public static RequestReading Ended(ImagenException error, string words, string? type) => new(new HostStatus
    {
        State = error is RequestCancelledException ? ImagenStates.Cancelled : ImagenStates.Failed,
        Error = words.Length > 0 ? words : null,
        ErrorType = type,
        Refusal = error.RefusesInput ? error.Kind : null,
    })
    {
        Error = error,
    };
}
