using Imagen4.Core.Ledger;

namespace Imagen4.Core.Requests;

/// <summary>A request of the ledger, with the state users see.</summary>
public sealed class KnownRequest
{
    internal KnownRequest(LedgerRequest known, bool isWorkedOn) =>
        (Known, State, IsWorkedOn) = (known, LedgerObjects.State(known, isWorkedOn), isWorkedOn);

    /// <summary>The ledger's own id of it.</summary>
    public string LedgerId => Known.LedgerId;

    /// <summary>The host's id of it, or null.</summary>
    public string? RequestId => Known.RequestId;

    /// <summary>One of <see cref="ImagenStates"/>.</summary>
    public string State { get; }

    /// <summary>Whether it goes on: at its host, in a process, or because its images are to be saved and are not.</summary>
    public bool IsOpen => State switch
    {
        ImagenStates.Pending or ImagenStates.InQueue or ImagenStates.InProgress => true,
        ImagenStates.Completed => Known.Directory is not null,
        _ => false,
    };

    /// <summary>Whether it can be forgotten without losing what may have been paid for.</summary>
    public bool IsFinished => !IsWorkedOn && State is ImagenStates.Completed or ImagenStates.Delivered
        or ImagenStates.Failed or ImagenStates.Rejected or ImagenStates.Cancelled;

    internal LedgerRequest Known { get; }

    private bool IsWorkedOn { get; }

    /// <summary>The request as an object of the pipeline.</summary>
    public ImagenRequest ToObject() => KnownAddresses.Fill(LedgerObjects.Request(Known, IsWorkedOn));

    /// <summary>Whether it is one of those wanted.</summary>
    public bool Is(RequestFilter filter) =>
        (filter.States.Count == 0 || filter.States.Any(IsState))
        && filter.Provider(Known.Provider ?? "")
        && (filter.Key is null || (Known.Key is { } key && filter.Key(key)))
        && (filter.Since is not { } since || Known.Started >= since.ToUnixTimeMilliseconds())
        && (filter.Before is not { } before || DateTimeOffset.FromUnixTimeMilliseconds(Known.Time) < before);

    private bool IsState(string wanted) => wanted.Equals(ImagenStates.Pending, StringComparison.OrdinalIgnoreCase)
        ? IsOpen
        : wanted.Equals(State, StringComparison.OrdinalIgnoreCase);
}
