using Imagen4.Core.Ledger.States;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>Puts what the ledger knows on the objects users see.</summary>
internal static class LedgerObjects
{
    /// <summary>A request as the ledger knows it.</summary>
    /// <param name="known">What is known.</param>
    /// <param name="isWorkedOn">Whether a process is at work on it, so that an intent is not yet in doubt.</param>
    public static ImagenRequest Request(LedgerRequest known, bool isWorkedOn = false)
    {
        var request = new ImagenRequest
        {
            RequestId = known.RequestId,
            Provider = known.Provider,
            Model = known.Model,
            Key = known.Key,
            Index = known.Index,
            LedgerId = known.LedgerId,
            State = State(known, isWorkedOn),
            SubmittedAt = Submitted(known) is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime : null,
            Error = known.Error ?? Ended(known, isWorkedOn),
            ErrorType = known.ErrorType,
        };
        known.Input?.CopyTo(request);
        known.Settings?.CopyTo(request);
        return request;
    }

    /// <summary>A result as the ledger knows it.</summary>
    /// <param name="known">What is known.</param>
    /// <param name="isWorkedOn">Whether a process is at work on it.</param>
    public static ImagenResult Result(LedgerRequest known, bool isWorkedOn = false)
    {
        var result = new ImagenResult
        {
            RequestId = known.RequestId,
            Provider = known.Provider,
            Model = known.Model,
            Key = known.Key,
            Index = known.Index,
            LedgerId = known.LedgerId,
            State = State(known, isWorkedOn),
            Error = known.Error,
            ErrorType = known.ErrorType,
        };
        known.Input?.CopyTo(result);
        known.Settings?.CopyTo(result);
        known.Delivery?.CopyTo(result);
        return result;
    }

    private static string? Ended(LedgerRequest known, bool isWorkedOn) => known.Step switch
    {
        RequestState.NotSubmitted => Messages.SettledNotSubmitted,
        RequestState.Claimed when !isWorkedOn => Messages.NeverSent,
        _ when known.IsDamaged => Messages.LedgerRowDamaged.With(known.Ledger, known.LedgerId),
        _ => null,
    };

    // When a doubtful one was sent is what it can be looked up by on the host's own pages.
    private static long? Submitted(LedgerRequest known) =>
        known.Accepted ?? (known.Step is RequestState.InDoubt or RequestState.Intent ? known.Started : null);

    /// <summary>The state users see.</summary>
    public static string State(LedgerRequest known, bool isWorkedOn) => State(known.Step, isWorkedOn);

    /// <summary>The state users see.</summary>
    public static string State(RequestState state, bool isWorkedOn) => state switch
    {
        RequestState.Accepted => ImagenStates.InQueue,
        RequestState.StatusCompleted or RequestState.Completed => ImagenStates.Completed,
        RequestState.Delivered => ImagenStates.Delivered,
        RequestState.Rejected => ImagenStates.Rejected,
        RequestState.Cancelled => ImagenStates.Cancelled,
        RequestState.Failed or RequestState.Expired => ImagenStates.Failed,
        RequestState.InDoubt => ImagenStates.InDoubt,
        _ when isWorkedOn => ImagenStates.Pending,

        // Its process ended while the POST was on its way.
        RequestState.Intent => ImagenStates.InDoubt,
        _ => ImagenStates.Failed,
    };
}
