using System.Management.Automation;
using System.Security;
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
    // What was given for every record.
    private Dictionary<string, object> _given = [];

    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The protocol the host speaks.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HostFormCompleter))]
    public string? Protocol { get; set; }

    /// <summary>The address every request goes to; it may carry a path.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [AddressTransformation]
    public object? BaseUri { get; set; }

    /// <summary>The root of the host's platform API: its catalogue, prices and past requests.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [AddressTransformation]
    public object? PlatformUri { get; set; }

    /// <summary>The address below which files are uploaded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [AddressTransformation]
    public object? StorageUri { get; set; }

    /// <summary>The environment variables that may hold the key.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string[]? ApiKeyVariable { get; set; }

    /// <summary>Always refused. Without it, PowerShell takes it for the beginning of <c>-ApiKeyVariable</c>, and stores the key.</summary>
    [Parameter(DontShow = true)]
    [Alias("Key", "Secret")]
    [Withheld]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the secret that is the key; empty for none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SecretCompleter))]
    public string? SecretName { get; set; }

    /// <summary>The vault the secret is in; empty for any.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SecretCompleter))]
    public string? SecretVault { get; set; }

    /// <summary>Says that the host takes requests without a key: none is sent to it.</summary>
    [Parameter]
    public SwitchParameter NoApiKey { get; set; }

    /// <summary>The endpoint id used where none is named.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ModelCompleter))]
    public string? DefaultModel { get; set; }

    /// <summary>What an image costs; empty for unknown.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? PricePerImage { get; set; }

    /// <summary>How many requests are in progress at once by default.</summary>
    [Parameter]
    [ValidateRange(1, ProviderProfile.MostConcurrency)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int? ConcurrencyLimit { get; set; }

    /// <summary>The path below the address that requests go to; empty for the protocol's own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HostFormCompleter))]
    public string? SubmitPath { get; set; }

    /// <summary>The header the key goes into, with the word in front of it where there is one; empty for the protocol's own.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(HostFormCompleter))]
    public string? KeyHeader { get; set; }

    /// <summary>What the host calls the inputs that it spells otherwise; empty for none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? InputName { get; set; }

    /// <summary>Makes it the provider used where none is named.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>How long the change holds: this process, or for the user.</summary>
    [Parameter]
    [ValidateSet(nameof(ProviderScope.Session), nameof(ProviderScope.User))]
    public string Scope { get; set; } = nameof(ProviderScope.Session);

    /// <summary>A profile as an object, for what is not given.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => InputObject ?? Name;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        base.OnBegin();
        _given = new Dictionary<string, object>(MyInvocation.BoundParameters, StringComparer.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        try
        {
            var change = new ProviderChange(Name, _given, InputObject);
            var existing = change.Existing();
            var profile = change.Apply(existing);
            if (ShouldProcess(Name, CommandMessages.SetProviderAction.With(Scope)))
            {
                Apply(change, profile, existing);
            }
        }
        catch (ImagenException error)
        {
            // What is wrong with an address may be a key in it, which is in the record too.
            EndWith(error, error is InvalidInputException { Parameter: "BaseUri" or "PlatformUri" or "StorageUri" } ? Name : Target);
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

    private void Apply(ProviderChange change, ProviderProfile profile, ProviderProfile? existing)
    {
        if (Enum.Parse<ProviderScope>(Scope, ignoreCase: true) == ProviderScope.User)
        {
            var name = Name;
            Start(Target, stop => SaveAsync(name, change, stop));
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
    private async Task<object> SaveAsync(string name, ProviderChange change, StopTokens stop)
    {
        try
        {
            await ModuleSession.Providers.SaveAsync(name, change.Apply, Default, stop.Stopping).ConfigureAwait(false);
            return name;
        }
        catch (ImagenException error)
        {
            return error;
        }
    }
}
