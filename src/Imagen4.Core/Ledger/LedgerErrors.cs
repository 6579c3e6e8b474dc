namespace Imagen4.Core.Ledger;

/// <summary>The errors that requests of the ledger stand for.</summary>
internal static class LedgerErrors
{
    /// <summary>The error a request stands for when there is nothing more to be done for it; null when it came to a good end.</summary>
    public static ImagenException? Of(LedgerRequest known) => known.Step switch
    {
        LedgerStep.InDoubt => new SubmissionInDoubtException(Messages.StillInDoubt.With(
            known.Provider, DateTimeOffset.FromUnixTimeMilliseconds(known.Started).UtcDateTime, known.LedgerId))
        {
            RequestId = known.RequestId,
        },
        LedgerStep.Rejected or LedgerStep.Failed or LedgerStep.Cancelled => new RequestFailedException(Messages.FailedElsewhere.With(known.Error ?? "?"))
        {
            RequestId = known.RequestId,
            HostErrorType = known.ErrorType,
        },
        _ => null,
    };
}
