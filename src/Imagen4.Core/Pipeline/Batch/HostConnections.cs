using System.Collections.Concurrent;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>The hosts of one batch: each profile and each key is looked up once.</summary>
/// <param name="providers">The profiles that can be used.</param>
/// <param name="options">Options for every row.</param>
public sealed class HostConnections(ProviderCatalog providers, BatchOptions options)
{
    private readonly ConcurrentDictionary<string, HostConnection> _connections = new(StringComparer.OrdinalIgnoreCase);
    private string? _keyHolder;
    private readonly HostOutages _outages = options.Outages ?? new HostOutages(options.Time, options.Warn);
    private readonly Lazy<string> _default = new(() => providers.Find(options.Provider).Name);

    /// <summary>The host of a row.</summary>
    /// <param name="provider">What the row names, or null.</param>
    /// <exception cref="InvalidInputException">There is no such provider.</exception>
    /// <exception cref="ApiKeyMissingException">There is no key for it.</exception>
    /// <exception cref="EmulatorUnavailableException">It is the emulator, and it is not running.</exception>
    public HostConnection For(string? provider) => _connections.GetOrAdd(provider ?? _default.Value, Connect);

    private HostConnection Connect(string name)
    {
        var profile = providers.Find(name);
        if (options.Warn is { } warn && providers.NoticeOf(profile) is { } notice)
        {
            warn(notice);
        }

        return profile.BaseUri is null
            ? throw new EmulatorUnavailableException(Messages.ProviderNotRunning.With(profile.Name))
            : new HostConnection(
                profile, ApiKeySource.Find(profile, GivenKey(profile), options.Secrets), options.Time, options.Trace, _outages);
    }

    // A given key is a key of one provider: of the one given with it, else of the first that a record names. No other gets it.
    private string? GivenKey(ProviderProfile profile)
    {
        var holder = options.Provider ?? Interlocked.CompareExchange(ref _keyHolder, profile.Name, null) ?? profile.Name;
        return profile.Name.Equals(holder, StringComparison.OrdinalIgnoreCase) ? options.ApiKey : null;
    }
}
