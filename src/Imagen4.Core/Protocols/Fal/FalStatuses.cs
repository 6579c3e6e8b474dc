using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>Reads fal's states. There are three; a failure is COMPLETED with an error.</summary>
internal static class FalStatuses
{
    /// <summary>The address of a status read, with or without log lines.</summary>
    public static Uri Address(Uri status, bool logs) => logs ? new Uri($"{status.GetLeftPart(UriPartial.Path)}?logs=1") : status;

    /// <summary>Reads one event of the status stream, or nothing where it is none, or is about another request.</summary>
    public static HostStatus? ReadEvent(RequestReference request, byte[] data)
    {
        try
        {
            return JsonCheck.IsWellFormed(data) && JsonSerializer.Deserialize(data, FalJson.Default.FalStatusAnswer) is { } answer
                && StatusVerdict.IsOf(request, answer) ? Describe(answer) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The state in an answer, or nothing where it has none.</summary>
    public static HostStatus? Describe(FalStatusAnswer answer) => answer.Status?.ToUpperInvariant() switch
    {
        "IN_QUEUE" => new HostStatus { State = ImagenStates.InQueue, QueuePosition = answer.QueuePosition },
        "IN_PROGRESS" => new HostStatus { State = ImagenStates.InProgress, Logs = Logs(answer) },
        "COMPLETED" => new HostStatus
        {
            State = !Says(answer.Error) && !Says(answer.ErrorType) ? ImagenStates.Completed
                : answer.ErrorType == FalErrors.Cancelled ? ImagenStates.Cancelled
                : ImagenStates.Failed,
            InferenceTime = answer.InferenceTime,
            Error = Says(answer.Error) ? PlainText.Line(answer.Error!) : null,
            ErrorType = Says(answer.ErrorType) ? answer.ErrorType : null,
            Refusal = FalErrors.RefusalBy(answer.ErrorType),
            Logs = Logs(answer),
        },
        _ => null,
    };

    // Not every host leaves out what it has nothing to say in.
    private static bool Says(string? words) => words is not (null or "" or "false" or "0" or "{}" or "[]");

    private static IReadOnlyList<ImagenLogEntry> Logs(FalStatusAnswer answer) => answer.Logs is not { } lines ? [] :
    [
        .. lines.Select(line => new ImagenLogEntry
        {
            Message = PlainText.Line(line.Message ?? ""),
            Level = line.Level,
            Source = line.Source,
            Timestamp = DateTime.TryParse(
                line.Timestamp,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
                out var time) ? time : null,
        }),
    ];
}
