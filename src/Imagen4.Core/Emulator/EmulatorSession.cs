using Imagen4.Core.Providers;

namespace Imagen4.Core.Emulator;

/// <summary>
/// The emulator of this process, if one runs: while it does, it is the default provider of the session and of what the session starts.
/// </summary>
public static class EmulatorSession
{
    private static readonly SemaphoreSlim One = new(1, 1);
    private static EmulatorProcess? _running;
    private static string? _defaultBefore;

    /// <summary>Whether it runs.</summary>
    public static bool IsRunning => _running is { HasEnded: false };

    /// <summary>Starts the emulator, or returns the one that runs.</summary>
    /// <exception cref="EmulatorUnavailableException">It cannot be started.</exception>
    public static async Task<EmulatorProcess> StartAsync(string program, EmulatorOptions options, CancellationToken cancellation)
    {
        await One.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_running is not { HasEnded: false })
            {
                _defaultBefore = ProviderCatalog.SessionDefault == ProviderCatalog.EmulatorName
                    ? _defaultBefore
                    : ProviderCatalog.SessionDefault;
                _running = await EmulatorProcess.StartAsync(program, options, cancellation).ConfigureAwait(false);
            }

            // What the user has changed about the emulator's profile stays; only where it listens is new.
            var profile = ProviderCatalog.Find(ProviderCatalog.EmulatorName) with { Scope = ProviderScope.Session };
            ProviderCatalog.Set(ProviderCatalog.EmulatorAt(profile, _running.Address), makeDefault: true);
            InheritedEmulator.Give(_running.Address);
            return _running;
        }
        finally
        {
            One.Release();
        }
    }

    /// <summary>Ends the emulator.</summary>
    /// <returns>Whether one was running.</returns>
    public static async Task<bool> StopAsync(CancellationToken cancellation)
    {
        await One.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_running is not { } running)
            {
                return false;
            }

            _running = null;
            var wasDefault = ProviderCatalog.SessionDefault == ProviderCatalog.EmulatorName;
            InheritedEmulator.TakeBack();
            ProviderCatalog.Remove(ProviderCatalog.EmulatorName);
            if (wasDefault)
            {
                // What the user had chosen for the session holds again, and not the provider that costs money.
                ProviderCatalog.SetDefault(_defaultBefore);
            }

            await running.StopAsync(cancellation).ConfigureAwait(false);
            running.Dispose();
            return true;
        }
        finally
        {
            One.Release();
        }
    }
}
