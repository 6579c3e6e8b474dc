using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>Reads fal's states. There are three; a failure is COMPLETED with an error.</summary>
internal static class FalStatuses
{
    /// <summary>The address of a status read, with or without log lines.</summary>
    public static Uri Address(Uri status, bool logs) => logs ? new Uri($"{status.GetLeftPart(UriPartial.Path)}?logs=1") : status;

    /// <summary>Reads the answer to a status read.</summary>
    /// <exception cref="ImagenException">It is none; the type says why.</exception>
    public static HostStatus Read(RequestReference request, HostResponse response)
    {
        if (!response.IsSuccess)
        {
            throw FalErrors.OfRead(request, response);
        }

        return TryRead(response) ?? throw FalErrors.NotTheProtocol(request, response);
    }

    /// <summary>Reads the state in a successful answer, or nothing where it has none.</summary>
    public static HostStatus? TryRead(HostResponse response) =>
        response.IsSuccess ? Describe(response.Read(FalJson.Default.FalStatusAnswer)) : null;

    /// <summary>Reads one event of the status stream, or nothing where it is none.</summary>
    public static HostStatus? ReadEvent(byte[] data)
    {
        try
        {
            return Describe(JsonSerializer.Deserialize(data, FalJson.Default.FalStatusAnswer));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HostStatus? Describe(FalStatusAnswer? answer) => answer?.Status switch
    {
        "IN_QUEUE" => new HostStatus { State = ImagenStates.InQueue, QueuePosition = answer.QueuePosition },
        "IN_PROGRESS" => new HostStatus { State = ImagenStates.InProgress, Logs = Logs(answer) },
        "COMPLETED" => new HostStatus
        {
            State = answer.Error is null && answer.ErrorType is null ? ImagenStates.Completed
                : answer.ErrorType == FalErrors.Cancelled ? ImagenStates.Cancelled
                : ImagenStates.Failed,
            InferenceTime = answer.InferenceTime,
            Error = answer.Error is { } error ? PlainText.Line(error) : null,
            ErrorType = answer.ErrorType,
            Refusal = FalErrors.RefusalBy(answer.ErrorType),
            Logs = Logs(answer),
        },
        _ => null,
    };

    private static IReadOnlyList<ImagenLogEntry> Logs(FalStatusAnswer answer) => answer.Logs is not { } lines ? [] :
    [
        .. lines.OfType<FalLogEntry>().Select(line => new ImagenLogEntry
        {
            Message = PlainText.Line(line.Message ?? ""),
            Level = line.Level,
            Source = line.Source,
            Timestamp = DateTime.TryParse(
                line.Timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time : null,
        }),
    ];
}
