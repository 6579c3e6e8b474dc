using System.Globalization;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Fal;

/// <summary>Reads what a client asks of the queue, from headers and query.</summary>
internal static class SettingsReader
{
    public static QueueSettings Read(HttpRequest request) => new()
    {
        LowPriority = string.Equals(request.Headers[FalHeaders.QueuePriority], "low", StringComparison.OrdinalIgnoreCase),
        MaxWaiting = WholeNumber(request.Query["fal_max_queue_length"]),
        WebhookUrl = request.Query["fal_webhook"],
        Tags = request.Headers[FalHeaders.Tags],
    };

    private static int? WholeNumber(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
