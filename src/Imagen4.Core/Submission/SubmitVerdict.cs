using Imagen4.Core.Http;

namespace Imagen4.Core.Submission;

/// <summary>The one function that decides what has become of a paid POST.</summary>
internal static class SubmitVerdict
{
    // RFC 9113, 7: the server has not processed the stream in any way.
    private const long RefusedStream = 0x7;

    /// <summary>Decides, from the evidence alone.</summary>
    public static SubmitOutcome Of(PaidPost post)
    {
        if (post.Response is not { } response)
        {
            return !post.AskedFor || IsRefusedStream(post.Error) ? SubmitOutcome.NotSent : SubmitOutcome.InDoubt;
        }

        return (int)response.Status switch
        {
            >= 200 and <= 299 => post.NamesRequest ? SubmitOutcome.Accepted : SubmitOutcome.InDoubt,
            301 or 302 or 307 or 308 => SubmitOutcome.Rejected,
            429 => WasTaken(response) ? SubmitOutcome.Rejected : SubmitOutcome.Throttled,

            // A proxy or a gateway writes these too, when the host may have the request already.
            408 or 409 or 499 => SubmitOutcome.InDoubt,
            >= 400 and <= 499 => SubmitOutcome.Rejected,
            >= 500 when post.IsOwnFailure => SubmitOutcome.Failed,
            _ => SubmitOutcome.InDoubt,
        };
    }

    // A 429 that bills, names a request or says it must not be repeated is not an invitation to come back.
    private static bool WasTaken(HostResponse response) =>
        response.Header("x-fal-request-id") is not null
        || response.Header("X-Fal-Billable-Units") is not null
        || string.Equals(response.Header("X-Fal-Retryable"), "false", StringComparison.OrdinalIgnoreCase);

    private static bool IsRefusedStream(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is HttpProtocolException { ErrorCode: RefusedStream })
            {
                return true;
            }
        }

        return false;
    }
}
