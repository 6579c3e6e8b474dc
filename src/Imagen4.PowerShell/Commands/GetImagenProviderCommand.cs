using System.Management.Automation;
using Imagen4.Core.Providers;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Errors;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Get-ImagenProvider</c>: the host profiles, and where a key would come from.</summary>
[Cmdlet(VerbsCommon.Get, "ImagenProvider")]
[OutputType(typeof(ImagenProvider))]
public sealed class GetImagenProviderCommand : PSCmdlet
{
    /// <summary>The names wanted; wildcards are taken.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var secrets = new VaultSecrets(this);
        foreach (var wanted in Name)
        {
            try
            {
                WriteObject(Find(wanted).Select(profile => ProviderView.Of(profile, secrets)).ToList(), enumerateCollection: true);
            }
            catch (ImagenException error)
            {
                WriteError(ErrorTable.Record(error, wanted, MyInvocation.MyCommand));
            }
        }
    }

    // A wildcard may match nothing; a plain name must exist.
    private static IEnumerable<ProviderProfile> Find(string wanted)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(wanted))
        {
            return [ModuleSession.Providers.Find(wanted)];
        }

        var isMeant = NamePattern.Of(wanted);
        return ModuleSession.Providers.All().Where(profile => isMeant(profile.Name));
    }
}
