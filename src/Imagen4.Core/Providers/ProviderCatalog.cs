using System.Collections.Concurrent;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// The profiles this process can use: those of the session hide those of the user's settings, which hide the built-in ones.
/// The session is whoever shares this object: in PowerShell the process with all its runspaces.
/// </summary>
public sealed class ProviderCatalog
{
    /// <summary>The variable that names the default provider.</summary>
    public const string DefaultVariable = "IMAGEN4_PROVIDER";

    /// <summary>The provider used where nothing else is said.</summary>
    public const string BuiltInDefault = "fal";

    /// <summary>The provider that <c>Start-ImagenEmulator</c> starts.</summary>
    public const string EmulatorName = "emulator";

    private readonly ConcurrentDictionary<string, ProviderProfile> _session = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _noticed = new(StringComparer.OrdinalIgnoreCase);
    private volatile string? _sessionDefault;

    /// <summary>Every profile, by name.</summary>
    public IReadOnlyList<ProviderProfile> All() => _session.Values
        .Concat(UserSettings.Load().Providers.Select(profile => profile with { Scope = ProviderScope.User }))
        .Concat(HostData.BuiltIn.Providers)
        .Select(AtEmulator)
        .DistinctBy(profile => profile.Name, StringComparer.OrdinalIgnoreCase)
        .OrderBy(profile => profile.Name, StringComparer.OrdinalIgnoreCase)
        .ToList();

    /// <summary>
    /// The name used where none is given: the session's, else the emulator of the session that started this process, else
    /// <c>IMAGEN4_PROVIDER</c>, else the user's setting, else fal.
    /// </summary>
    public string DefaultName =>
        _sessionDefault
        ?? (InheritedEmulator.Exists ? EmulatorName : null)
        ?? (Environment.GetEnvironmentVariable(DefaultVariable) is { Length: > 0 } named ? named : null)
        ?? UserSettings.Load().DefaultProvider
        ?? BuiltInDefault;

    /// <summary>The default of the session, or null where the session has none.</summary>
    internal string? SessionDefault => _sessionDefault;

    /// <summary>Finds a profile.</summary>
    /// <param name="name">Its name, or null for the default one.</param>
    /// <exception cref="InvalidInputException">There is no profile of that name.</exception>
    public ProviderProfile Find(string? name = null)
    {
        var wanted = name ?? DefaultName;
        var all = All();
        var names = all.Select(profile => profile.Name);
        return all.FirstOrDefault(profile => profile.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidInputException(
                Messages.ProviderUnknown.With(PlainText.Brief(wanted), string.Join(", ", names)) + CloseMatch.Hint(wanted, names))
            {
                Parameter = "Provider",
            };
    }

    /// <summary>
    /// What is said of a profile when it is used: that one of the user's settings has the name of a built-in one and another address. It may
    /// be long forgotten, and is said once.
    /// </summary>
    /// <param name="profile">The profile that is used.</param>
    /// <returns>The notice; null for none.</returns>
    internal string? NoticeOf(ProviderProfile profile) =>
        profile is { Scope: ProviderScope.User, BaseUri: { } address }
        && HostData.BuiltIn.Providers.FirstOrDefault(known => Same(known, profile.Name)) is { BaseUri: { } own }
        && ProviderAddress.Normal(own) != ProviderAddress.Normal(address)
        && _noticed.TryAdd(profile.Name, true)
            ? Messages.ProfileHidesBuiltIn.With(profile.Name, ProviderAddress.WithoutSecrets(address))
            : null;

    /// <summary>
    /// The name that a host has now. Whoever renames a profile still has requests at the host: where no profile has the name any more,
    /// it is the one with the host's address, whatever that is called.
    /// </summary>
    /// <param name="name">The name the host had.</param>
    /// <param name="address">The host's base address in its normal form; null where it is not known.</param>
    /// <returns>The name it had where a profile has that, or none has the address.</returns>
    public string? CurrentNameOf(string? name, string? address)
    {
        var all = All();
        if (name is null || address is null || all.Any(profile => Same(profile, name)))
        {
            return name;
        }

        return all.FirstOrDefault(profile => profile.BaseUri is { } uri && ProviderAddress.Normal(uri) == address)?.Name ?? name;
    }

    /// <summary>The base address that a provider has now, in its normal form; null where it has none, or there is no such provider.</summary>
    internal string? AddressOf(string? name) =>
        All().FirstOrDefault(profile => Same(profile, name ?? DefaultName))?.BaseUri is { } uri ? ProviderAddress.Normal(uri) : null;

    /// <summary>
    /// The variable of a built-in profile whose key a profile would send to another host than that one's, with the address; null where there
    /// is none. This machine is another host too: any user and any program of it may listen there.
    /// </summary>
    public static (string Variable, Uri Address)? ForeignKeyOf(ProviderProfile profile)
    {
        foreach (var variable in profile.ApiKeyVariables.Concat(profile.ApiKeyPairVariables))
        {
            var owners = HostData.BuiltIn.Providers
                .Where(owner => owner.ApiKeyVariables.Concat(owner.ApiKeyPairVariables).Contains(variable))
                .ToList();
            if (owners.Count > 0 && AddressesOf(profile).FirstOrDefault(address =>
                !owners.SelectMany(AddressesOf).Any(own => own.Authority == address.Authority)) is { } foreign)
            {
                return (variable, foreign);
            }
        }

        return null;
    }

    private static IEnumerable<Uri> AddressesOf(ProviderProfile profile) =>
        new[] { profile.BaseUri, profile.PlatformUri, profile.StorageUri }.OfType<Uri>();

    /// <summary>What every host of a protocol has in common: the start of a new profile, without a name, an address or a key.</summary>
    public static ProviderProfile OfProtocol(HostProtocol protocol) =>
        HostData.BuiltIn.Providers.First(profile => profile.Protocol == protocol) with
        {
            Name = "",
            BaseUri = null,
            PlatformUri = null,
            StorageUri = null,
            MediaHosts = [],
            WebhookKeysUri = null,
            ApiKeyVariables = [],
            ApiKeyPairVariables = [],
            OpenKey = null,
        };

    /// <summary>The emulator's profile with another address: its prices, its history, its storage and its webhooks' keys move along.</summary>
    public static ProviderProfile EmulatorAt(ProviderProfile profile, Uri address)
    {
        var root = new Uri(ProviderAddress.Normal(address) + "/");
        return profile with
        {
            BaseUri = address,
            PlatformUri = new Uri(root, "v1"),
            StorageUri = root,
            MediaHosts = [root.Authority],
            WebhookKeysUri = new Uri(root, ".well-known/jwks.json"),
        };
    }

    /// <summary>A profile with another protocol: what its hosts have in common changes with it, and what somebody chose stays.</summary>
    public static ProviderProfile WithProtocol(ProviderProfile profile, HostProtocol protocol)
    {
        var (before, after) = (OfProtocol(profile.Protocol), OfProtocol(protocol));
        return profile with
        {
            Protocol = protocol,
            AuthScheme = after.AuthScheme,
            KeyHeader = null,
            SubmitPath = null,
            InputNames = after.InputNames,
            Offers = after.Offers,
            Settings = after.Settings,
            DefaultModel = profile.DefaultModel == before.DefaultModel ? after.DefaultModel : profile.DefaultModel,
        };
    }

    /// <summary>Adds or replaces a profile of the session.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="makeDefault">Whether it becomes the session's default.</param>
    public void Set(ProviderProfile profile, bool makeDefault)
    {
        _session[profile.Name] = profile with { Scope = ProviderScope.Session };
        _sessionDefault = makeDefault ? profile.Name : _sessionDefault;
    }

    /// <summary>Adds or changes a profile of the user's settings, as it is when no other process changes them.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Makes it out of the profile that is used by that name now, or out of nothing.</param>
    /// <param name="makeDefault">Whether it becomes the user's default.</param>
    /// <param name="cancellation">Stops waiting for other processes.</param>
    /// <exception cref="InvalidInputException">The settings cannot be read or written, or the change cannot be made.</exception>
    public Task SaveAsync(
        string name, Func<ProviderProfile?, ProviderProfile> change, bool makeDefault, CancellationToken cancellation) =>
        UserSettings.ChangeAsync(
            settings =>
            {
                var existing = All().FirstOrDefault(profile => Same(profile, name));
                var changed = change(existing) with { Scope = ProviderScope.User };

                // A profile that is only made the default one needs no copy of its own, but for one that ends with the session; the
                // emulator ends with it too.
                var isKept = existing is not null && (existing.Scope != ProviderScope.Session || Same(existing, EmulatorName));
                return settings with
                {
                    Providers = isKept && changed == existing! with { Scope = ProviderScope.User }
                        ? settings.Providers
                        : [.. settings.Providers.Where(other => !Same(other, changed.Name)), changed],
                    DefaultProvider = makeDefault ? changed.Name : settings.DefaultProvider,
                };
            },
            cancellation);

    /// <summary>Makes an existing profile the default one of the session.</summary>
    /// <param name="name">Its name; null for none.</param>
    public void SetDefault(string? name) => _sessionDefault = name;

    /// <summary>Removes a profile of the session, and with it its being the default there.</summary>
    /// <returns>Whether there was one to remove.</returns>
    public bool Remove(string name)
    {
        if (!_session.TryRemove(name, out _))
        {
            return false;
        }

        _sessionDefault = string.Equals(_sessionDefault, name, StringComparison.OrdinalIgnoreCase) ? null : _sessionDefault;
        return true;
    }

    /// <summary>Removes a profile, and with it its being the default there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="scope">Where it is removed from; null for where it hides others.</param>
    /// <param name="cancellation">Stops waiting for other processes.</param>
    /// <returns>Whether there was one to remove; a built-in profile stays.</returns>
    /// <exception cref="InvalidInputException">The user's settings cannot be read or written.</exception>
    public async Task<bool> RemoveAsync(string name, ProviderScope? scope, CancellationToken cancellation)
    {
        if (scope is null or ProviderScope.Session && Remove(name))
        {
            return true;
        }

        if (scope == ProviderScope.Session || !UserSettings.Load().Providers.Any(profile => Same(profile, name)))
        {
            return false;
        }

        await UserSettings.ChangeAsync(
            settings => settings with
            {
                Providers = [.. settings.Providers.Where(profile => !Same(profile, name))],
                DefaultProvider = string.Equals(settings.DefaultProvider, name, StringComparison.OrdinalIgnoreCase)
                    ? null
                    : settings.DefaultProvider,
            },
            cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Where the session's emulator was that has ended by itself; null while it runs. Anybody may listen there now.</summary>
    internal Func<Uri?>? EndedEmulator { get; set; }

    // The session's own has the address that the session gave it.
    private ProviderProfile AtEmulator(ProviderProfile profile) =>
        !Same(profile, EmulatorName) ? profile
        : profile.Scope == ProviderScope.Session ? profile.BaseUri == EndedEmulator?.Invoke() ? NotRunning(profile) : profile
        : InheritedEmulator.Address is { } address ? EmulatorAt(profile, address)
        : profile;

    private static ProviderProfile NotRunning(ProviderProfile profile) =>
        profile with { BaseUri = null, PlatformUri = null, StorageUri = null, MediaHosts = [], WebhookKeysUri = null };

    private static bool Same(ProviderProfile profile, string name) => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
