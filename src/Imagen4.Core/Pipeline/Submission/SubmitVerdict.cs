namespace Imagen4.Core.Pipeline.Submission;

/// <summary>The one function that decides what has become of a paid POST.</summary>
internal static class SubmitVerdict
{
    /// <summary>Decides, from the evidence alone.</summary>
    public static SubmitOutcome Of(PaidPost post)
    {
        if (post.Response is not { } response)
        {
            return post.SendingBegan ? SubmitOutcome.InDoubt : SubmitOutcome.NotSent;
        }

        if (response.IsMalformed)
        {
            // What it says may be the id of a request.
            return SubmitOutcome.InDoubt;
        }

        var marks = post.Marks;
        return (int)response.Status switch
        {
            >= 200 and <= 299 => post.IsAccepted ? SubmitOutcome.Accepted : SubmitOutcome.InDoubt,

            // A 429 that bills or names a request is not an invitation to come back.
            429 => marks.SaysTaken ? SubmitOutcome.InDoubt : marks.IsFinal ? SubmitOutcome.Rejected : SubmitOutcome.Throttled,

            // A proxy or a gateway writes these too, when the host may have the request already.
            408 or 409 or 499 => SubmitOutcome.InDoubt,
            301 or 302 or 307 or 308 or (>= 400 and <= 499) => marks.SaysTaken && !marks.IsOwnWord
                ? SubmitOutcome.InDoubt
                : SubmitOutcome.Rejected,

            // 502, 503 and 504 are a gateway's word, whatever their form.
            500 when marks is { IsOwnWord: true, IsBilled: false } => SubmitOutcome.Failed,
            _ => SubmitOutcome.InDoubt,
        };
    }
}

/// <summary>What has become of a paid POST. Every one falls in exactly one class.</summary>
internal enum SubmitOutcome
{
    /// <summary>The host has it.</summary>
    Accepted,

    /// <summary>No byte of it left this machine.</summary>
    NotSent,

    /// <summary>The host asks to come back later, and has not taken it.</summary>
    Throttled,

    /// <summary>The host has refused it.</summary>
    Rejected,

    /// <summary>The host ran it and failed: only where the answer to the submit is the result.</summary>
    Failed,

    /// <summary>Nobody knows.</summary>
    InDoubt,
}
