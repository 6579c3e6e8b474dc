using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Binding;

/// <summary>
/// What is to change about a profile: what was given on the command line, and behind that the properties of a record, which may have
/// been text on the way.
/// </summary>
internal sealed class ProviderChange
{
    // What of a profile can be given. Where it is defined is said on the command line only.
    private static readonly string[] Names =
    [
        "Protocol", "BaseUri", "PlatformUri", "StorageUri", "ApiKeyVariable", "SecretName", "SecretVault", "DefaultModel", "PricePerImage",
        "ConcurrencyLimit", "SubmitPath", "KeyHeader", "InputName", "NoApiKey",
    ];

    private static readonly string[] KeyPlaces = ["ApiKeyVariable", "SecretName"];
    private static readonly string[] Addresses = ["BaseUri", "PlatformUri", "StorageUri"];

    private readonly string _name;
    private readonly HashSet<string> _onLine;
    private readonly Dictionary<string, object?> _given = new(StringComparer.OrdinalIgnoreCase);
    private readonly ProviderCommandLine _line;
    private readonly ProviderCells _cells;

    /// <summary>Takes what was given.</summary>
    /// <param name="name">The profile's name.</param>
    /// <param name="bound">The parameters of the command line.</param>
    /// <param name="record">The record; null for none.</param>
    /// <exception cref="InvalidInputException">There is a key in it.</exception>
    public ProviderChange(string name, IReadOnlyDictionary<string, object> bound, object? record)
    {
        _name = name;
        _onLine = new(bound.Keys, StringComparer.OrdinalIgnoreCase);
        if (Addresses.FirstOrDefault(address => bound.TryGetValue(address, out var value) && $"{BoundValue.Plain(value)}".Trim().Length == 0) is { } blank)
        {
            throw new InvalidInputException(CommandMessages.AddressIsEmpty.With(blank)) { Parameter = blank };
        }

        var columns = new Record(record);
        foreach (var given in Names)
        {
            if (bound.TryGetValue(given, out var value) || (columns.Has(given) && (value = columns.At(given)) is var _))
            {
                _given[given] = value;
            }
        }

        _line = new ProviderCommandLine(name, bound, _given);
        _cells = new ProviderCells(_given, _line);
        if (bound.ContainsKey("ApiKey") || columns.Has("ApiKey", "Key", "Secret"))
        {
            throw new InvalidInputException(CommandMessages.ProfileHoldsNoKey.With(Existing()?.ApiKeyVariables is [var variable, ..]
                ? CommandMessages.KeyVariableIsThere.With(variable)
                : CommandMessages.KeyVariableToBeNamed));
        }
    }

    /// <summary>The profile that has the name now; null for none.</summary>
    public ProviderProfile? Existing() => ModuleSession.Providers.All()
        .FirstOrDefault(profile => profile.Name.Equals(_name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The profile as it is to be.</summary>
    /// <param name="existing">The profile that has the name now; null for none.</param>
    /// <exception cref="InvalidInputException">Something that was given cannot be.</exception>
    public ProviderProfile Apply(ProviderProfile? existing)
    {
        var profile = WithProtocol(existing ?? New());
        var moved = WithForm(Moved(profile));
        var (variables, pair) = Variables(profile);
        return WithOwnKey(WithoutKey(moved with
        {
            PlatformUri = _cells.Address("PlatformUri") ?? moved.PlatformUri,
            StorageUri = _cells.Address("StorageUri") ?? moved.StorageUri,
            ApiKeyVariables = variables,
            ApiKeyPairVariables = pair,
            SecretName = _cells.Has("SecretName") ? KeyPlace.Name("SecretName", _cells.Text("SecretName")) : profile.SecretName,
            SecretVault = KeyPlace.Name("SecretVault", Vault(profile)),
            PricePerImage = _cells.Has("PricePerImage") ? PlainPrice.Of(_given["PricePerImage"]) : profile.PricePerImage,
            DefaultModel = BoundValue.Plain(_given.GetValueOrDefault("DefaultModel")) is { } model
                ? ModelId(profile, $"{model}")
                : profile.DefaultModel,
            ConcurrencyLimit = _cells.Limit() ?? profile.ConcurrencyLimit,
        }));
    }

    // Who names a place for a key needs one; who needs none has no such place.
    private ProviderProfile WithoutKey(ProviderProfile profile)
    {
        var named = KeyPlaces.FirstOrDefault(_cells.HasText);
        return (_cells.Truth("NoApiKey") ?? (named is null && profile.NoApiKey)) is false ? profile with { NoApiKey = false }
            : named is not null ? throw new InvalidInputException(CommandMessages.NoApiKeyConflict.With(named)) { Parameter = "NoApiKey" }
            : profile with
            {
                NoApiKey = true, ApiKeyVariables = [], ApiKeyPairVariables = [], SecretName = null, SecretVault = null, OpenKey = null,
            };
    }

    private ProviderProfile WithOwnKey(ProviderProfile profile) => !Addresses.Any(_cells.Has)
        ? profile
        : KeyDestination.Check(
            profile,
            IsNamed("ApiKeyVariable") && BoundValue.Plain(_given.GetValueOrDefault("ApiKeyVariable")) is { } given
                ? [.. BoundValue.List(given).Select(name => $"{BoundValue.Plain(name)}")]
                : [],
            IsNamed("SecretName") && _cells.Text("SecretName") is not null,
            () => CommandMessages.CommandKeyOfHost.With(
                _line.With(("ApiKeyVariable", KeyCommand.NewVariable(_name))), KeyCommand.NewVariable(_name)));

    // A profile that is piped has its key for its own address, not for one on the command line.
    private bool IsNamed(string place) => _onLine.Contains(place) || !Addresses.Any(_onLine.Contains);

    private ProviderProfile New() => _cells.Protocol() is { } protocol && _cells.Address("BaseUri") is not null
        ? ProviderCatalog.OfProtocol(protocol) with
        {
            Name = ProviderProfile.IsName(_name)
                ? _name
                : throw new InvalidInputException(CommandMessages.ProviderNameMalformed.With(PlainText.Brief(_name)))
                {
                    NextCommand = _line.With(("Name", ProviderView.NameOf(_name))),
                },
        }
        : throw Unknown();

    private InvalidInputException Unknown()
    {
        var known = ModuleSession.Providers.All().Select(profile => profile.Name).ToList();
        var protocols = Enum.GetNames<HostProtocol>();
        var missing = (_cells.Protocol() is not null ? CommandMessages.BaseUriToGive
            : _cells.Address("BaseUri") is not null ? CommandMessages.ProtocolToGive
            : CommandMessages.ProtocolAndBaseUriToGive).With($"{string.Join(", ", protocols[..^1])} or {protocols[^1]}");
        return new InvalidInputException(CommandMessages.BaseUriMissing.With(
            PlainText.Brief(_name), string.Join(", ", known), missing, CloseMatch.Hint(_name, known)))
        {
            Parameter = _cells.Protocol() is null ? "Protocol" : "BaseUri",
        };
    }

    private ProviderProfile WithProtocol(ProviderProfile profile) =>
        _cells.Protocol() is { } protocol && protocol != profile.Protocol ? ProviderCatalog.WithProtocol(profile, protocol) : profile;

    // What belongs to another host is not carried over, and neither is its key.
    private ProviderProfile Moved(ProviderProfile profile) => _cells.Address("BaseUri") is not { } address || address == profile.BaseUri ? profile
        : profile.Name == ProviderCatalog.EmulatorName ? ProviderCatalog.EmulatorAt(profile, address)
        : profile with { BaseUri = address, PlatformUri = null, StorageUri = null, MediaHosts = [], WebhookKeysUri = null };

    // How requests are written. What is as it was is left as it was, so that a profile that is piped back is not changed.
    private ProviderProfile WithForm(ProviderProfile profile)
    {
        var path = _cells.Text("SubmitPath") is { } written ? SubmitPath.Check(written) : null;
        var names = _cells.Has("InputName") ? InputNames.Check(NameTable.Read("InputName", _given["InputName"])) : profile.InputNames;
        if (profile.Protocol != HostProtocol.ImagesGenerations && (path is not null || names.Count > 0))
        {
            throw new InvalidInputException(CommandMessages.FormIsFixed.With(
                path is not null ? "SubmitPath" : "InputName", HostProtocol.ImagesGenerations, profile.Protocol));
        }

        var header = _cells.Text("KeyHeader") is { } form ? KeyHeader.Parse(form) : null;
        return profile with
        {
            SubmitPath = !_cells.Has("SubmitPath") || path == (profile.SubmitPath ?? SubmitPath.Usual) ? profile.SubmitPath : path,
            KeyHeader = !_cells.Has("KeyHeader") || header == KeyHeader.Of(profile) ? profile.KeyHeader : header?.ToString(),
            InputNames = names.Count == profile.InputNames.Count && !names.Except(profile.InputNames).Any() ? profile.InputNames : names,
        };
    }

    // A profile shows the two variables that are the halves of a key behind the others: piped back they are what they were.
    private (IReadOnlyList<string> Variables, IReadOnlyList<string> Pair) Variables(ProviderProfile profile)
    {
        if (BoundValue.Plain(_given.GetValueOrDefault("ApiKeyVariable")) is not { } given)
        {
            return (profile.ApiKeyVariables, profile.ApiKeyPairVariables);
        }

        string[] names = [.. BoundValue.List(given).Select(name => $"{BoundValue.Plain(name)}")];
        return ModuleSession.Providers.All().Prepend(profile).FirstOrDefault(IsShownSo) is { } same
            ? (same.ApiKeyVariables, same.ApiKeyPairVariables)
            : (KeyPlace.Variables(names), profile.ApiKeyPairVariables);

        bool IsShownSo(ProviderProfile known) => names.SequenceEqual(known.ApiKeyVariables.Concat(known.ApiKeyPairVariables));
    }

    // The vault belongs to the secret and is removed with it.
    private string? Vault(ProviderProfile profile)
    {
        var hasSecret = _cells.Has("SecretName") ? _cells.Text("SecretName") is not null : profile.SecretName is not null;
        return !_cells.Has("SecretVault") ? (hasSecret ? profile.SecretVault : null)
            : _cells.Text("SecretVault") is not { } vault ? null
            : hasSecret ? vault : throw new InvalidInputException(CommandMessages.SecretVaultNeedsName);
    }

    // Hosts of OpenAI's form name their models as they like.
    private static string ModelId(ProviderProfile profile, string model) =>
        profile.Protocol != HostProtocol.ImagesGenerations ? EndpointId.Parse(model).Full
        : model.Length > 0 && !model.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) ? model
        : throw new InvalidInputException(CommandMessages.ModelIdMalformed.With(PlainText.Brief(model)));
}
