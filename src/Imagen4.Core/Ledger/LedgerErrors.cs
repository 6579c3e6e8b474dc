using Imagen4.Core.Ledger.States;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>The errors that requests of the ledger stand for.</summary>
internal static class LedgerErrors
{
    /// <summary>What the ledger keeps of an error by which the host refused this very input; null for any other.</summary>
    public static string? RefusalBy(ImagenException error) => error.RefusesInput ? error.Kind : null;

    /// <summary>The error a request stands for when there is nothing more to be done for it; null when it succeeded.</summary>
    public static ImagenException? Of(LedgerRequest known) => known.Step switch
    {
        RequestState.InDoubt when known.IsDamaged => Damaged(known.Ledger, known.LedgerId),
        RequestState.InDoubt => new SubmissionInDoubtException(Messages.StillInDoubt.With(
            known.Provider, DateTimeOffset.FromUnixTimeMilliseconds(known.Started).UtcDateTime, known.LedgerId))
        {
            RequestId = known.RequestId,
        },
        RequestState.Rejected or RequestState.Failed when known.Refusal is not null => Refused(known),
        RequestState.Rejected or RequestState.Failed or RequestState.Cancelled =>
            new RequestFailedException(Messages.FailedElsewhere.With(known.Error ?? "?"))
        {
            RequestId = known.RequestId,
            HostErrorType = known.ErrorType,
        },
        _ => null,
    };

    /// <summary>The error of a request whose checksum is wrong. No host can say what it was: the user decides.</summary>
    /// <param name="ledger">Where it is kept, as a user would name it.</param>
    /// <param name="ledgerId">The ledger's own id of it.</param>
    public static SubmissionInDoubtException Damaged(string ledger, string ledgerId) => new(Messages.LedgerRowDamaged.With(ledger, ledgerId))
    {
        NextCommand = Messages.CommandRemoveDamaged.With(ledgerId),
    };

    // In the words of the host, as when it was refused: what is wrong with it is the same.
    private static ImagenException Refused(LedgerRequest known)
    {
        var message = Messages.RefusedBefore.With((known.Error ?? "?").TrimEnd('.'));
        var (id, type) = (known.RequestId, known.ErrorType);
        return known.Refusal == "ContentPolicyViolation"
            ? new ContentPolicyViolationException(message) { RequestId = id, HostErrorType = type, RefusesInput = true }
            : new InvalidInputException(message) { RequestId = id, HostErrorType = type, RefusesInput = true };
    }
}
