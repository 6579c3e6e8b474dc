using System.Management.Automation;
using System.Security;
using Imagen4.Core.Http;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Set-ImagenProvider</c>: adds or changes a host profile.</summary>
[Cmdlet(VerbsCommon.Set, "ImagenProvider", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class SetImagenProviderCommand : PumpedCommand
{
    private HashSet<string> _given = [];

    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The protocol the host speaks.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public HostProtocol Protocol { get; set; }

    /// <summary>The address every request goes to; it may carry a path.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? BaseUri { get; set; }

    /// <summary>The address below which files are uploaded.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? StorageUri { get; set; }

    /// <summary>The environment variables that may hold the key.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[]? ApiKeyVariable { get; set; }

    /// <summary>Always refused. Without it, PowerShell takes it for the beginning of <c>-ApiKeyVariable</c>, and stores the key.</summary>
    [Parameter(DontShow = true)]
    [Alias("Key", "Secret")]
    [Withheld]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the secret that is the key; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? SecretName { get; set; }

    /// <summary>The vault the secret is in; empty for any.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? SecretVault { get; set; }

    /// <summary>The endpoint id used where none is named.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InputCompleter))]
    public string? DefaultModel { get; set; }

    /// <summary>What an image costs; empty for unknown.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? PricePerImage { get; set; }

    /// <summary>How many requests are under way at once by default.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 1000)]
    public int? ConcurrencyLimit { get; set; }

    /// <summary>The path below the address that requests go to; empty for the protocol's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(HostFormCompleter))]
    public string? SubmitPath { get; set; }

    /// <summary>The header the key goes into, with the word in front of it where there is one; empty for the protocol's own.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(HostFormCompleter))]
    public string? KeyHeader { get; set; }

    /// <summary>What the host calls the inputs that it spells otherwise; empty for none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? InputName { get; set; }

    /// <summary>Makes it the provider used where none is named.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>How long the change holds: this process, or for the user.</summary>
    [Parameter]
    [ValidateSet(nameof(ProviderScope.Session), nameof(ProviderScope.User))]
    public string Scope { get; set; } = nameof(ProviderScope.Session);

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        _given = [.. MyInvocation.BoundParameters.Keys];
        try
        {
            var existing = ModuleSession.Providers.All()
                .FirstOrDefault(profile => profile.Name.Equals(Name, StringComparison.OrdinalIgnoreCase));
            RefuseKey(existing);
            var profile = Changed(existing);
            if (ShouldProcess(Name, CommandMessages.SetProviderAction.With(Scope)))
            {
                Apply(profile, existing);
            }
        }
        catch (ImagenException error)
        {
            EndWith(error, Name);
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is ImagenException error)
        {
            EndWith(error, target);
        }
    }

    private void RefuseKey(ProviderProfile? existing)
    {
        if (IsGiven(nameof(ApiKey)))
        {
            throw new InvalidInputException(CommandMessages.ProfileHoldsNoKey.With(existing?.ApiKeyVariables is [var variable, ..]
                ? CommandMessages.KeyVariableIsThere.With(variable)
                : CommandMessages.KeyVariableToBeNamed));
        }
    }

    private void Apply(ProviderProfile profile, ProviderProfile? existing)
    {
        if (Enum.Parse<ProviderScope>(Scope, ignoreCase: true) == ProviderScope.User)
        {
            // What it is made of is bound anew for the next record.
            Start(Name, SaveAsync);
            Finish();
        }
        else if (existing is null || profile != existing)
        {
            ModuleSession.Providers.Set(profile, Default);
        }
        else if (Default)
        {
            ModuleSession.Providers.SetDefault(profile.Name);
        }
    }

    // An error of this ends the command, which only the pipeline's thread can do.
    private async Task<object> SaveAsync(StopTokens stop)
    {
        try
        {
            await ModuleSession.Providers.SaveAsync(Name, Changed, Default, stop.Stopping).ConfigureAwait(false);
            return Name;
        }
        catch (ImagenException error)
        {
            return error;
        }
    }

    private ProviderProfile New()
    {
        if (!IsGiven(nameof(Protocol)) || Given(BaseUri) is null)
        {
            throw new InvalidInputException(CommandMessages.BaseUriMissing.With(
                PlainText.Brief(Name), string.Join(", ", ModuleSession.Providers.All().Select(known => known.Name))));
        }

        return ProviderCatalog.OfProtocol(Protocol) with
        {
            Name = ProviderView.IsName(Name) ? Name : throw new InvalidInputException(CommandMessages.ProviderNameMalformed.With(PlainText.Brief(Name))),
        };
    }

    private ProviderProfile WithProtocol(ProviderProfile profile) =>
        IsGiven(nameof(Protocol)) && Protocol != profile.Protocol ? ProviderCatalog.WithProtocol(profile, Protocol) : profile;

    // What belongs to another host is not carried over, and neither is its key.
    private ProviderProfile Moved(ProviderProfile profile) => Given(BaseUri) is not { } address || address == profile.BaseUri ? profile
        : profile.Name == ProviderCatalog.EmulatorName ? ProviderCatalog.EmulatorAt(profile, ProviderAddress.Validate(address))
        : profile with
        {
            BaseUri = ProviderAddress.Validate(address),
            PlatformUri = null,
            StorageUri = null,
            MediaHosts = [],
            WebhookKeysUri = null,
        };

    private ProviderProfile Changed(ProviderProfile? existing)
    {
        var profile = WithProtocol(existing ?? New());
        var moved = WithForm(Moved(profile));
        var (variables, pair) = Variables(profile);
        return moved with
        {
            StorageUri = Given(StorageUri) is { } storage ? ProviderAddress.Validate(storage) : moved.StorageUri,
            ApiKeyVariables = variables,
            ApiKeyPairVariables = pair,
            SecretName = IsGiven(nameof(SecretName)) ? KeyPlace.Name(nameof(SecretName), Text(SecretName)) : profile.SecretName,
            SecretVault = KeyPlace.Name(nameof(SecretVault), Vault(profile)),
            PricePerImage = IsGiven(nameof(PricePerImage)) ? PlainPrice.Of(PricePerImage) : profile.PricePerImage,
            DefaultModel = Text(DefaultModel) is { } model ? ModelId(profile, model) : profile.DefaultModel,
            ConcurrencyLimit = ConcurrencyLimit ?? profile.ConcurrencyLimit,
        };
    }

    // How requests are written. What is as it was is left as it was, so that a profile that is piped back is not changed.
    private ProviderProfile WithForm(ProviderProfile profile)
    {
        var isOpen = profile.Protocol == HostProtocol.ImagesGenerations;
        var path = Text(SubmitPath) is { } written ? Core.Providers.SubmitPath.Check(written) : null;
        var names = IsGiven(nameof(InputName)) ? InputNames.Check(NameTable.Read(nameof(InputName), InputName)) : profile.InputNames;
        if (!isOpen && (path is not null || (IsGiven(nameof(InputName)) && names.Count > 0)))
        {
            throw new InvalidInputException(CommandMessages.FormIsFixed.With(
                path is not null ? nameof(SubmitPath) : nameof(InputName), HostProtocol.ImagesGenerations, profile.Protocol));
        }

        var header = Text(KeyHeader) is { } form ? Core.Providers.KeyHeader.Parse(form) : null;
        return profile with
        {
            SubmitPath = !IsGiven(nameof(SubmitPath)) || path == (profile.SubmitPath ?? Core.Providers.SubmitPath.Usual)
                ? profile.SubmitPath
                : path,
            KeyHeader = !IsGiven(nameof(KeyHeader)) || header == Core.Providers.KeyHeader.Of(profile)
                ? profile.KeyHeader
                : header?.ToString(),
            InputNames = names.Count == profile.InputNames.Count && !names.Except(profile.InputNames).Any() ? profile.InputNames : names,
        };
    }

    // Hosts of OpenAI's form name their models as they like.
    private static string ModelId(ProviderProfile profile, string model) =>
        profile.Protocol != HostProtocol.ImagesGenerations ? EndpointId.Parse(model).Full
        : !model.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) ? model
        : throw new InvalidInputException(CommandMessages.ModelIdMalformed.With(PlainText.Brief(model)));

    // A profile shows the two variables that are the halves of a key behind the others: piped back they are what they were.
    private (IReadOnlyList<string> Variables, IReadOnlyList<string> Pair) Variables(ProviderProfile profile)
    {
        if (ApiKeyVariable is not { } given)
        {
            return (profile.ApiKeyVariables, profile.ApiKeyPairVariables);
        }

        return ModuleSession.Providers.All().Prepend(profile).FirstOrDefault(IsShownSo) is { } same
            ? (same.ApiKeyVariables, same.ApiKeyPairVariables)
            : (KeyPlace.Variables(given), profile.ApiKeyPairVariables);

        bool IsShownSo(ProviderProfile known) => given.SequenceEqual(known.ApiKeyVariables.Concat(known.ApiKeyPairVariables));
    }

    // The vault belongs to the secret and is removed with it.
    private string? Vault(ProviderProfile profile)
    {
        var hasSecret = IsGiven(nameof(SecretName)) ? Text(SecretName) is not null : profile.SecretName is not null;
        return !IsGiven(nameof(SecretVault)) ? (hasSecret ? profile.SecretVault : null)
            : Text(SecretVault) is not { } vault ? null
            : hasSecret ? vault : throw new InvalidInputException(CommandMessages.SecretVaultNeedsName);
    }

    private bool IsGiven(string parameter) => _given.Contains(parameter);

    // An empty cell of a table is an address that was not given.
    private static Uri? Given(Uri? address) => address is { OriginalString: "" } ? null : address;

    private static string? Text(string? given) => string.IsNullOrWhiteSpace(given) ? null : given.Trim();
}
