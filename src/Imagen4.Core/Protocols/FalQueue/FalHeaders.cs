using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Protocols.FalQueue;

/// <summary>The headers in which fal takes the settings of a request.</summary>
internal static class FalHeaders
{
    /// <summary>The headers for settings.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(SubmitSettings settings)
    {
        if (settings.Priority is { } priority)
        {
            yield return KeyValuePair.Create("X-Fal-Queue-Priority", priority);
        }

        if (settings.StartTimeoutSec is { } seconds)
        {
            // The second name replaces the first; hosts that know only the first are still there.
            var text = seconds.ToString(CultureInfo.InvariantCulture);
            yield return KeyValuePair.Create("X-Fal-Request-Timeout", text);
            yield return KeyValuePair.Create("X-Fal-Request-Start-Timeout", text);
        }

        if (settings.Tag is { } tags)
        {
            yield return KeyValuePair.Create("X-Fal-Tags", tags.ToHeader());
        }

        if (settings.ObjectLifetime is { } lifetime)
        {
            var preference = new JsonObject { ["expiration_duration_seconds"] = lifetime.Seconds };
            yield return KeyValuePair.Create("X-Fal-Object-Lifecycle-Preference", preference.ToJsonString(JsonSerializerOptions.Default));
        }
    }
}
