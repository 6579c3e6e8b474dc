using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>One paid POST, from its first byte to what has become of it.</summary>
/// <param name="host">Where it goes.</param>
/// <param name="protocol">What the host speaks.</param>
/// <param name="model">The endpoint id.</param>
internal sealed class PaidExchange(HostConnection host, IHostProtocol protocol, string model)
{
    /// <summary>
    /// Sends a paid POST, once. It does not throw: whatever happens after the first byte was asked for, an error of this module's own
    /// included, leaves the POST at least in doubt.
    /// </summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="content">What is sent.</param>
    /// <param name="headers">Its own headers.</param>
    /// <param name="cancellation">Gives it up.</param>
    public async Task<PaidOutcome> SendAsync(
        Uri address, PaidContent content, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var sent = host.Time.GetTimestamp();
        using var permit = protocol.AnswersWithResult ? new LargeResultPermit(host.Time) { IsOnlyAnswer = true } : null;
        try
        {
            var response = await host
                .PostAsync(address, content, headers, protocol.SubmitLimit, cancellation, permit)
                .ConfigureAwait(false);
            return Judge(content, response, sent);
        }
#pragma warning disable CA1031 // Whatever it is: only the evidence tells whether anything was sent.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var post = new PaidPost(content.SendingBegan || content.IsAnswered, Response: null, IsAccepted: false, error)
            {
                RequestId = content.RequestId ?? IdIn(content.BrokenAnswer.Span),
            };
            return new PaidOutcome(SubmitVerdict.Of(post), post);
        }
    }

    // All of the answer may have come, and only the end of the exchange is missing.
    private string? IdIn(ReadOnlySpan<byte> broken) => !protocol.AnswersWithResult && JsonCheck.FormOf(broken) == BodyForm.Json
        ? NamedRequestId.AtTop(broken, "request_id").Id
        : null;

    private PaidOutcome Judge(PaidContent content, HostResponse response, long sent)
    {
        var acceptance = response.IsSuccess ? protocol.ReadAcceptance(host, model, response) : null;
        if (acceptance is { Answered: not null })
        {
            // Where the answer is the result, all of the work was between the question and it.
            acceptance = acceptance with { Request = acceptance.Request with { Since = sent } };
        }

        var marks = acceptance is null ? protocol.ReadMarks(response) : new SubmitMarks();
        var post = new PaidPost(content.SendingBegan, response, acceptance is not null, Error: null)
        {
            RequestId = marks.RequestId ?? content.RequestId,
            Marks = marks,
        };
        var outcome = SubmitVerdict.Of(post);
        var isRefusal = outcome is SubmitOutcome.Rejected or SubmitOutcome.Failed or SubmitOutcome.Throttled || RefusesAccount(response);
        return new PaidOutcome(outcome, post)
        {
            Acceptance = acceptance,
            Refusal = isRefusal ? protocol.ReadRejection(host, model, response) : null,
        };
    }

    // What the next row is told too, whatever has become of this one.
    private static bool RefusesAccount(HostResponse response) => (int)response.Status is 401 or 402 or 403 or 407;
}

/// <summary>All the evidence there is about one paid POST.</summary>
/// <param name="SendingBegan">Whether its content was ever asked for its bytes, or an answer came without that.</param>
/// <param name="Response">The answer, if a whole one came.</param>
/// <param name="IsAccepted">Whether the answer names a request that can be asked for, or is a complete result.</param>
/// <param name="Error">What broke it off, if something did.</param>
internal sealed record PaidPost(bool SendingBegan, HostResponse? Response, bool IsAccepted, Exception? Error)
{
    /// <summary>The request that the answer named, if only in the head of one that broke off; or null.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the answer says besides its status.</summary>
    public SubmitMarks Marks { get; init; } = new();
}

/// <summary>What has become of a paid POST, with what belongs to it.</summary>
/// <param name="Class">The class it falls in.</param>
/// <param name="Post">The evidence.</param>
internal sealed record PaidOutcome(SubmitOutcome Class, PaidPost Post)
{
    /// <summary>The request, where it was accepted.</summary>
    public Acceptance? Acceptance { get; init; }

    /// <summary>The error the answer stands for, where the host has refused the request, throttles it, or refuses the account.</summary>
    public ImagenException? Refusal { get; init; }
}
