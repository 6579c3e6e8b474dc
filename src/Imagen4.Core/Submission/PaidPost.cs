using Imagen4.Core.Http;

namespace Imagen4.Core.Submission;

/// <summary>All the evidence there is about one paid POST.</summary>
/// <param name="AskedFor">Whether its content was ever asked for its bytes.</param>
/// <param name="Response">The answer, if a whole one came.</param>
/// <param name="NamesRequest">Whether the answer names a request that can be asked for, or is a complete result.</param>
/// <param name="Error">What broke it off, if something did.</param>
internal sealed record PaidPost(bool AskedFor, HostResponse? Response, bool NamesRequest, Exception? Error)
{
    /// <summary>The request that a header of the answer named, also of one that broke off; or null.</summary>
    public string? NamedRequest { get; init; }

    /// <summary>Whether the answer is the host's own word that it ran the request and failed.</summary>
    public bool IsOwnFailure { get; init; }
}
