using System.Globalization;

namespace Imagen4.Torture;

/// <summary>What can be said to a mode besides its arguments.</summary>
/// <param name="OnPostgres">Whether the ledger is a PostgreSQL database instead of a file in the home.</param>
/// <param name="Jobs">How many lanes run side by side, each with a home and an emulator of its own.</param>
internal sealed record TortureOptions(bool OnPostgres = false, int Jobs = 1)
{
    /// <summary>Reads the options out of a command line.</summary>
    /// <returns>The options and the words beside them; null where an option is none.</returns>
    public static (TortureOptions Options, string[] Words)? Read(string[] arguments)
    {
        var options = new TortureOptions();
        var words = new List<string>();
        for (var at = 0; at < arguments.Length; at++)
        {
            if (!arguments[at].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(arguments[at]);
                continue;
            }

            var read = (arguments[at], arguments.ElementAtOrDefault(++at)) switch
            {
                ("--ledger", "sqlite") => options with { OnPostgres = false },
                ("--ledger", "postgres") => options with { OnPostgres = true },
                ("--jobs", { } text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var jobs) && jobs > 0 =>
                    options with { Jobs = jobs },
                _ => null,
            };
            if (read is null)
            {
                return null;
            }

            options = read;
        }

        return (options, [.. words]);
    }
}
