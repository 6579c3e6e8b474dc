using Imagen4.Core.Providers;

namespace Imagen4.Core.Emulator;

/// <summary>
/// The emulator of this process, if one runs: while it does, it is the default provider of the session and of what the session starts.
/// </summary>
/// <param name="providers">The profiles of the session.</param>
public sealed class EmulatorSession(ProviderCatalog providers) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private EmulatorProcess? _running;
    private string? _defaultBefore;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _running is { HasEnded: false };

    /// <summary>Starts the emulator, or returns the one that runs.</summary>
    /// <exception cref="EmulatorUnavailableException">It cannot be started.</exception>
    public async Task<EmulatorProcess> StartAsync(string program, EmulatorOptions options, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_running is not { HasEnded: false })
            {
                _defaultBefore = providers.SessionDefault == ProviderCatalog.EmulatorName
                    ? _defaultBefore
                    : providers.SessionDefault;
                _running = await EmulatorProcess.StartAsync(program, options, cancellation).ConfigureAwait(false);
            }

            providers.EndedEmulator = () => _running is { HasEnded: true, Address: var left } ? left : null;

            // What the user has changed about the emulator's profile stays; only where it listens is new.
            var profile = providers.Find(ProviderCatalog.EmulatorName) with { Scope = ProviderScope.Session };
            providers.Set(ProviderCatalog.EmulatorAt(profile, _running.Address), makeDefault: true);
            InheritedEmulator.Give(_running.Address);
            return _running;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends the emulator.</summary>
    /// <returns>Whether one was running.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_running is not { } running)
            {
                return false;
            }

            _running = null;
            var wasDefault = providers.SessionDefault == ProviderCatalog.EmulatorName;
            InheritedEmulator.TakeBack();
            providers.Remove(ProviderCatalog.EmulatorName);
            if (wasDefault)
            {
                // What the user had chosen for the session holds again, and not the provider that costs money.
                providers.SetDefault(_defaultBefore);
            }

            await running.StopAsync(cancellation).ConfigureAwait(false);
            running.Dispose();
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
