using System.Management.Automation;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Remove-ImagenProvider</c>: removes host profiles; a built-in one that was changed comes back as it was.</summary>
[Cmdlet(VerbsCommon.Remove, "ImagenProvider", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(void))]
public sealed class RemoveImagenProviderCommand : PumpedCommand
{
    /// <summary>The names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (var name in Name)
        {
            try
            {
                var profile = ModuleSession.Providers.Find(name);
                if (profile.Name == ProviderCatalog.EmulatorName && ModuleSession.Emulator.IsRunning)
                {
                    throw new InvalidInputException(CommandMessages.ProviderIsEmulator);
                }

                if (ShouldProcess(profile.Name, CommandMessages.RemoveProviderAction))
                {
                    // One after the other: the same name may be there twice.
                    Start(name, stop => RemoveAsync(profile.Name, stop.Stopping));
                    Finish();
                }
            }
            catch (ImagenException error)
            {
                WriteError(error, name);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is false)
        {
            WriteError(new InvalidInputException(CommandMessages.ProviderIsBuiltIn.With(target)), target);
        }
    }

    private static async Task<object> RemoveAsync(string name, CancellationToken cancellation) =>
        await ModuleSession.Providers.RemoveAsync(name, cancellation).ConfigureAwait(false);
}
