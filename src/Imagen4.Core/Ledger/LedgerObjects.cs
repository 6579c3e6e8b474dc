using Imagen4.Core.Input;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>The one projection to the objects users see: of a row that is sent, of what the ledger knows, of a record that is followed
/// up.</summary>
internal static class LedgerObjects
{
    /// <summary>A row's object as it is sent: nothing has become of it yet.</summary>
    public static T Of<T>(LedgerEntry entry)
        where T : ImagenInputs, IRowObject, new()
    {
        var made = new T
        {
            RequestId = entry.RequestId,
            Provider = entry.Provider,
            Model = entry.Model,
            Key = entry.Key,
            Index = entry.Index,
            LedgerId = entry.LedgerId,
        };
        entry.Input.CopyTo(made);
        entry.Settings.CopyTo(made);
        return made;
    }

    /// <summary>A request or a result as the ledger knows it.</summary>
    /// <param name="known">What is known.</param>
    /// <param name="isWorkedOn">Whether a process is at work on it, so that an intent is not yet in doubt.</param>
    /// <param name="input">What its row sends, for where the prompt is not kept; null where there is no row.</param>
    public static T Of<T>(LedgerRequest known, bool isWorkedOn = false, ImageInput? input = null)
        where T : ImagenInputs, IRowObject, new()
    {
        var sent = (known.IsWithoutPrompt ? input : null) ?? known.Input ?? new ImageInput();
        var made = Of<T>(new LedgerEntry(known.Provider, known.Model, known.Key, sent)
        {
            LedgerId = known.LedgerId,
            Index = known.Index,
            RequestId = known.RequestId,
        });
        known.Settings?.CopyTo(made);
        MarkPrompt(made, known);
        made.Directory = known.Directory;
        (made.State, made.Error, made.ErrorType) =
            (State(known, isWorkedOn), known.Error ?? Ended(known, isWorkedOn), known.ErrorType);
        switch (made)
        {
            case ImagenRequest request:
                request.SubmittedAt = Time(Submitted(known));
                request.UpdatedAt = Time(known.Time > 0 ? known.Time : null);
                (request.Cost, request.Currency) = (known.Delivery?.Cost, known.Delivery?.Currency);
                request.Images = [.. known.Delivery?.Images ?? []];
                request.Path = request.Images.Select(image => image.Path).FirstOrDefault(path => path is not null);
                break;
            case ImagenResult result:
                result.SubmittedAt = Time(Submitted(known));
                known.Delivery?.CopyTo(result);
                break;
        }

        return made;
    }

    /// <summary>The result of a request that is followed up, before it is read: what its record says comes before what is known.</summary>
    /// <param name="record">The record.</param>
    /// <param name="request">The request's id, provider and model.</param>
    /// <param name="known">What the ledger knows of it, or null.</param>
    public static ImagenResult Of(RequestRecord record, LedgerEntry request, LedgerRequest? known)
    {
        var made = Of<ImagenResult>(request with
        {
            Key = record.Key ?? known?.Key,
            Index = record.HasIndex || known is null ? record.Index : known.Index,
            Input = record.Input ?? known?.Input ?? request.Input,
            Settings = record.Settings,
        });
        if (made.ImagePath is null && made.ImageUri is null)
        {
            (record.Images.Count > 0 ? record.Images : ImageList.Split(known?.Input?.AdditionalInput).Images).CopyTo(made);
        }

        if (record.Settings == SubmitSettings.None)
        {
            known?.Settings?.CopyTo(made);
        }

        MarkPrompt(made, known);
        made.LedgerId = known?.LedgerId;
        made.SubmittedAt = Time(known?.Accepted);
        (made.Cost, made.Currency) = (known?.Delivery?.Cost, known?.Delivery?.Currency);
        return made;
    }

    /// <summary>Says on a request that its host has accepted it, and where it is asked about.</summary>
    public static void Accept(ImagenRequest made, Acceptance acceptance)
    {
        made.RequestId = acceptance.Request.RequestId;
        made.State = acceptance.Answered is null ? ImagenStates.InQueue : ImagenStates.Completed;
        made.QueuePosition = acceptance.QueuePosition;
        made.SubmittedAt = made.UpdatedAt = acceptance.Request.Host.Time.GetUtcNow().UtcDateTime;
        var request = acceptance.Request;
        Address(made, new RequestAddresses(request.StatusUri, request.ResponseUri, request.CancelUri));
    }

    /// <summary>Says on a request where it is asked about.</summary>
    public static void Address(ImagenRequest made, RequestAddresses addresses)
    {
        made.StatusUri = addresses.Status?.AbsoluteUri;
        made.ResponseUri = addresses.Response?.AbsoluteUri;
        made.CancelUri = addresses.Cancel?.AbsoluteUri;
    }

    /// <summary>Says on an object what went wrong.</summary>
    public static void Fail(IRowObject made, ImagenException error) =>
        (made.Error, made.ErrorType) = (error.Message, error.HostErrorType ?? error.Kind);

    // Null is a prompt that is not known, and an empty one is not kept.
    private static void MarkPrompt(ImagenInputs made, LedgerRequest? known) =>
        made.Prompt ??= known is { IsWithoutPrompt: true } ? "" : null;

    private static string? Ended(LedgerRequest known, bool isWorkedOn) => known.Step switch
    {
        RequestState.NotSubmitted => Messages.SettledNotSubmitted,
        RequestState.Claimed when !isWorkedOn => Messages.NeverSent,
        _ when known.IsDamaged => Messages.LedgerRowDamaged.With(known.Ledger, known.LedgerId),
        _ => null,
    };

    private static DateTime? Time(long? milliseconds) =>
        milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime : null;

    // When a doubtful one was sent is what it can be looked up by on the host's own pages.
    private static long? Submitted(LedgerRequest known) =>
        known.Accepted ?? (known.Step is RequestState.InDoubt or RequestState.Intent ? known.Started : null);

    /// <summary>The state users see.</summary>
    public static string State(LedgerRequest known, bool isWorkedOn) =>
        IsWithoutImage(known) ? ImagenStates.Failed : State(known.Step, isWorkedOn);

    // The host has finished it and there was no image in its result: it was paid for, so its row is not simply submitted again.
    private static bool IsWithoutImage(LedgerRequest known) =>
        known is { Step: RequestState.Completed, ErrorType: "RequestFailed" };

    /// <summary>The state users see.</summary>
    public static string State(RequestState state, bool isWorkedOn) => state switch
    {
        RequestState.Accepted => ImagenStates.InQueue,
        RequestState.Started => ImagenStates.InProgress,
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
