using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;

namespace Imagen4.Core.Pipeline.Requests;

/// <summary>A request of the ledger, with the state users see.</summary>
public sealed class RequestView
{
    internal RequestView(LedgerRequest known, bool isWorkedOn) =>
        (Known, State, IsWorkedOn) = (known, LedgerObjects.State(known, isWorkedOn), isWorkedOn);

    /// <summary>The ledger's own id of it.</summary>
    public string LedgerId => Known.LedgerId;

    /// <summary>The host's id of it, or null.</summary>
    public string? RequestId => Known.RequestId;

    /// <summary>The caller's own key of its row, or null.</summary>
    public string? Key => Known.Key;

    /// <summary>What the image shows; null where that cannot be read.</summary>
    public string? Prompt => Known.IsWithoutPrompt ? Messages.PromptNotKept : Known.Input?.Prompt;

    /// <summary>One of <see cref="ImagenStates"/>.</summary>
    public string State { get; }

    /// <summary>Whether it goes on: at its host, in a process, or because its images are to be saved and are not.</summary>
    public bool IsOpen => State switch
    {
        ImagenStates.Pending or ImagenStates.InQueue or ImagenStates.InProgress => true,

        // Whose result nobody has had in hand has come to no end, wherever its images were to go.
        ImagenStates.Completed => Known.Directory is not null || Known.Step == RequestState.StatusCompleted,
        _ => false,
    };

    /// <summary>Whether it can be forgotten without losing what may have been paid for.</summary>
    public bool IsFinished => !IsWorkedOn && State is ImagenStates.Completed or ImagenStates.Delivered
        or ImagenStates.Failed or ImagenStates.Rejected or ImagenStates.Cancelled;

    /// <summary>Whether what the ledger has of it is damaged: nothing is certain but that there is it, and nobody can go on with
    /// it.</summary>
    public bool IsDamaged => Known.IsDamaged;

    internal LedgerRequest Known { get; }

    internal bool IsWorkedOn { get; }

    /// <summary>The states of the ledger that a request may have which has not come to its end.</summary>
    internal static IReadOnlyList<RequestState> Unfinished { get; } =
    [
        RequestState.Claimed, RequestState.Intent, RequestState.NotSent, RequestState.Throttled, RequestState.Accepted,
        RequestState.Started, RequestState.StatusCompleted, RequestState.Completed,
    ];

    /// <summary>The states of the ledger that a request may have which has ended without success, as users see it.</summary>
    internal static IReadOnlyList<RequestState> EndedBadly =>
        [.. StatesOf([ImagenStates.Failed, ImagenStates.Rejected, ImagenStates.Cancelled]).Where(state => state != RequestState.Completed)];

    /// <summary>The states of the ledger that a request may have which is in one of the states users see; all for none.</summary>
    internal static IReadOnlyList<RequestState> StatesOf(IReadOnlyList<string> wanted) => wanted.Count == 0
        ? []
        : [.. wanted.SelectMany(state => Stored.GetValueOrDefault(state, [])).Distinct()];

    private static readonly Dictionary<string, RequestState[]> Stored = new(StringComparer.OrdinalIgnoreCase)
    {
        [ImagenStates.Pending] =
            [RequestState.Claimed, RequestState.Intent, RequestState.NotSent, RequestState.Throttled, RequestState.NotSubmitted],
        [ImagenStates.InQueue] = [RequestState.Accepted],
        [ImagenStates.InProgress] = [RequestState.Started],
        [ImagenStates.Completed] = [RequestState.StatusCompleted, RequestState.Completed],
        [ImagenStates.Delivered] = [RequestState.Delivered],
        [ImagenStates.Failed] =
        [
            RequestState.Claimed, RequestState.NotSent, RequestState.Throttled, RequestState.NotSubmitted, RequestState.Failed,
                RequestState.Expired, RequestState.Completed,
        ],
        [ImagenStates.Rejected] = [RequestState.Rejected],
        [ImagenStates.Cancelled] = [RequestState.Cancelled],
        [ImagenStates.InDoubt] = [RequestState.Intent, RequestState.InDoubt],
    };

    /// <summary>Whether it is one of those wanted.</summary>
    public bool Is(RequestFilter filter) =>
        (filter.States.Count == 0 || filter.States.Contains(State, StringComparer.OrdinalIgnoreCase))
        && (!filter.Unfinished || IsOpen)
        && filter.Provider(Known.Provider)
        && (filter.Key is null || (Known.Key is { } key && filter.Key(key)))
        && (filter.Since is not { } since || Known.Started >= since.ToUnixTimeMilliseconds())
        && (filter.Until is not { } until || Known.Started <= until.ToUnixTimeMilliseconds())
        && (filter.Before is not { } before || DateTimeOffset.FromUnixTimeMilliseconds(Known.Time) < before);
}
