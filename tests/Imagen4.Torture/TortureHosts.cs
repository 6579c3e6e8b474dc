using Imagen4.Core.Providers;

namespace Imagen4.Torture;

/// <summary>The providers of a batch, all played by emulators.</summary>
internal static class TortureHosts
{
    /// <summary>Every host that the emulator plays, by the name of its provider, which is its name there too.</summary>
    public static IReadOnlyList<string> All { get; } = ["fal", "fal-sync", "chainhub", "kkiai", "aimlapi"];

    /// <summary>Those with requests that are asked for later.</summary>
    public static IReadOnlyList<string> WithRequests { get; } = ["fal", "chainhub", "kkiai"];

    /// <summary>The provider with fal's queue and its history.</summary>
    public const string Queue = "fal";

    /// <summary>fal without its queue.</summary>
    public const string WithoutQueue = "fal-sync";

    /// <summary>Points every provider to its emulator.</summary>
    /// <param name="addressOf">Where the emulator of a provider listens.</param>
    /// <param name="time">The batch's clock. A call of a process that was killed comes late by the wall's.</param>
    public static void Use(Func<string, Uri> addressOf, TimeProvider time)
    {
        var lag = TortureClient.Providers.Find(ProviderCatalog.EmulatorName).HistoryLag * ((time as FastTime)?.Factor ?? 1);
        foreach (var name in All)
        {
            var address = addressOf(name);
            var profile = TortureClient.Providers.Find(name);
            TortureClient.Providers.Set(
                profile with
                {
                    BaseUri = name == Queue ? address : new Uri(address, name),
                    // The platform's address has the history of requests, as the emulator's own profile has it.
                    PlatformUri = profile.PlatformUri is null ? null : new Uri(address, "v1"),
                    HistoryLag = lag,
                    OpenKey = "open",
                    Scope = ProviderScope.Session,
                },
                makeDefault: name == Queue);
        }
    }
}
