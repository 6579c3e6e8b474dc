using Imagen4.Core.Http;
using Imagen4.Core.Protocols;

namespace Imagen4.Core.Submission;

/// <summary>All the evidence there is about one paid POST.</summary>
/// <param name="AskedFor">Whether its content was ever asked for its bytes, or an answer came without that.</param>
/// <param name="Response">The answer, if a whole one came.</param>
/// <param name="NamesRequest">Whether the answer names a request that can be asked for, or is a complete result.</param>
/// <param name="Error">What broke it off, if something did.</param>
internal sealed record PaidPost(bool AskedFor, HostResponse? Response, bool NamesRequest, Exception? Error)
{
    /// <summary>The request that the answer named, if only in the head of one that broke off; or null.</summary>
    public string? NamedRequest { get; init; }

    /// <summary>Whether the head of an answer came, whatever became of its body.</summary>
    public bool IsAnswered { get; init; }

    /// <summary>What the answer says besides its status.</summary>
    public SubmitMarks Marks { get; init; } = new();
}
