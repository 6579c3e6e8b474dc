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
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The protocol the host speaks.</summary>
    [Parameter]
    public HostProtocol Protocol { get; set; }

    /// <summary>The address every request goes to; it may carry a path.</summary>
    [Parameter]
    public Uri? BaseUri { get; set; }

    /// <summary>The address below which files are uploaded.</summary>
    [Parameter]
    public Uri? StorageUri { get; set; }

    /// <summary>The environment variables that may hold the key.</summary>
    [Parameter]
    public string[]? ApiKeyVariable { get; set; }

    /// <summary>Always refused. Without it, PowerShell takes it for the beginning of <c>-ApiKeyVariable</c>, and stores the key.</summary>
    [Parameter(DontShow = true)]
    [Alias("Key", "Secret")]
    [Withheld]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the secret that is the key; empty for none.</summary>
    [Parameter]
    public string? SecretName { get; set; }

    /// <summary>The vault the secret is in; empty for any.</summary>
    [Parameter]
    public string? SecretVault { get; set; }

    /// <summary>The endpoint id used where none is named.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(InputCompleter))]
    public string? DefaultModel { get; set; }

    /// <summary>What an image costs; empty for unknown.</summary>
    [Parameter]
    public object? PricePerImage { get; set; }

    /// <summary>How many requests are under way at once by default.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int? ConcurrencyLimit { get; set; }

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
            Start(Name, SaveAsync);
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
        if (!IsGiven(nameof(Protocol)) || BaseUri is null)
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
    private ProviderProfile Moved(ProviderProfile profile) => BaseUri is null || BaseUri == profile.BaseUri ? profile
        : profile.Name == ProviderCatalog.EmulatorName ? ProviderCatalog.EmulatorAt(profile, ProviderAddress.Validate(BaseUri))
        : profile with { BaseUri = ProviderAddress.Validate(BaseUri), PlatformUri = null, StorageUri = null, WebhookKeysUri = null };

    private ProviderProfile Changed(ProviderProfile? existing)
    {
        var profile = Moved(WithProtocol(existing ?? New()));
        return profile with
        {
            StorageUri = StorageUri is null ? profile.StorageUri : ProviderAddress.Validate(StorageUri),
            ApiKeyVariables = ApiKeyVariable is null ? profile.ApiKeyVariables : KeyPlace.Variables(ApiKeyVariable),
            SecretName = IsGiven(nameof(SecretName)) ? KeyPlace.Name(nameof(SecretName), Text(SecretName)) : profile.SecretName,
            SecretVault = KeyPlace.Name(nameof(SecretVault), Vault(profile)),
            PricePerImage = IsGiven(nameof(PricePerImage)) ? PlainPrice.Of(PricePerImage) : profile.PricePerImage,
            DefaultModel = DefaultModel is null ? profile.DefaultModel : EndpointId.Parse(DefaultModel).Full,
            ConcurrencyLimit = ConcurrencyLimit ?? profile.ConcurrencyLimit,
        };
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

    private static string? Text(string? given) => string.IsNullOrWhiteSpace(given) ? null : given.Trim();
}
