using System.Globalization;

namespace Imagen4.Core.Input;

/// <summary>How long a host keeps what it generates: one of the names the official client has, or a number of seconds.</summary>
/// <param name="Text">What the caller wrote.</param>
/// <param name="Seconds">The seconds; null forever.</param>
public sealed record ObjectLifetime(string Text, long? Seconds)
{
    private static readonly Dictionary<string, long?> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["immediate"] = 60,
        ["1h"] = 3600,
        ["1d"] = 86400,
        ["7d"] = 7 * 86400,
        ["30d"] = 30 * 86400,
        ["1y"] = 365 * 86400,
        ["never"] = null,
    };

    /// <summary>The names there are.</summary>
    public static IReadOnlyList<string> Named { get; } = [.. Names.Keys];

    /// <summary>What is taken, for messages.</summary>
    public static string Allowed => $"{string.Join(", ", Named)}, or a number of seconds";

    /// <summary>Reads a lifetime; null for a text that says no lifetime.</summary>
    public static ObjectLifetime? TryParse(string text)
    {
        if (Names.TryGetValue(text, out var named))
        {
            return new ObjectLifetime(text, named);
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? new ObjectLifetime(text, seconds)
            : null;
    }
}
