using System.Globalization;

namespace Imagen4.Core.Emulator;

/// <summary>How an emulator is started.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; }

    /// <summary>How many requests it runs at the same time; null for its own default.</summary>
    public int? Slots { get; init; }

    /// <summary>How long each takes, in seconds; null for its own default.</summary>
    public double? GenerationTime { get; init; }

    internal IEnumerable<string> Arguments()
    {
        yield return "--end-with-stdin";
        yield return "--port";
        yield return Port.ToString(CultureInfo.InvariantCulture);
        if (Slots is { } slots)
        {
            yield return "--slots";
            yield return slots.ToString(CultureInfo.InvariantCulture);
        }

        if (GenerationTime is { } seconds)
        {
            yield return "--generation-time";
            yield return seconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
