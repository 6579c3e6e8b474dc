using System.Management.Automation;
using Imagen4.Core.Pipeline.Work;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Find-ImagenModel</c>: searches the host's catalogue.</summary>
[Cmdlet(VerbsCommon.Find, "ImagenModel")]
[OutputType(typeof(ImagenModel))]
public sealed class FindImagenModelCommand : CatalogueCommand
{
    /// <summary>Words in the name, the description or the category.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Name { get; set; }

    /// <summary>What a model makes out of what, in the host's words.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CategoryCompleter))]
    public string? Category { get; set; }

    /// <summary>Whether the host keeps it.</summary>
    [Parameter]
    [ValidateSet("active", "deprecated", IgnoreCase = true)]
    public string? Status { get; set; }

    /// <summary>The provider; the default one where none is given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string? Provider { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        var profile = Lookup.FindProvider(string.IsNullOrWhiteSpace(Provider) ? null : Provider.Trim());
        Start(Name, async stop =>
        {
            var found = Lookup.FindAsync(profile, Name?.Trim().Trim('*'), Category?.Trim(), Status?.ToLowerInvariant(), stop.Stopping);
            await foreach (var model in found.ConfigureAwait(false))
            {
                await PublishAsync(model, Name, stop.Stopping).ConfigureAwait(false);
            }

            return WorkPump.Nothing;
        });
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => WriteObject(value);
}
