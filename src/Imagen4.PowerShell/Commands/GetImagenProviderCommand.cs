using System.Management.Automation;
using Imagen4.Core.Hosts;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Errors;

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
        try
        {
            var profiles = ProviderCatalog.All();
            foreach (var wanted in Name)
            {
                var pattern = WildcardPattern.Get(wanted, WildcardOptions.IgnoreCase);
                var found = profiles.Where(profile => pattern.IsMatch(profile.Name)).Select(ProviderView.Of).ToList();
                if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(wanted))
                {
                    _ = ProviderCatalog.Find(wanted);
                }

                WriteObject(found, enumerateCollection: true);
            }
        }
        catch (ImagenException error)
        {
            WriteError(ErrorTable.Record(error, Name));
        }
    }
}
