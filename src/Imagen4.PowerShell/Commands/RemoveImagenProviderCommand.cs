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

    /// <summary>
    /// Where they are removed from: this process, or the user's settings; where neither is given, from whichever is in use now.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(ProviderScope.Session), nameof(ProviderScope.User))]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (var name in Name)
        {
            try
            {
                var profile = ModuleSession.Providers.Find(name);
                if (profile.Name == ProviderCatalog.EmulatorName && ModuleSession.Emulator.IsRunning && RemovesFrom != ProviderScope.User)
                {
                    throw new InvalidInputException(CommandMessages.ProviderIsEmulator) { NextCommand = CommandMessages.AdviceStopEmulator };
                }

                var action = Scope is null ? CommandMessages.RemoveProviderAction : CommandMessages.RemoveProviderScopeAction.With(Scope);
                if (ShouldProcess(profile.Name, action))
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
            var message = Scope is null ? CommandMessages.ProviderIsBuiltIn.With(target)
                : CommandMessages.ProviderNotInScope.With(target, Scope, ModuleSession.Providers.Find((string)target!).Scope);
            WriteError(new InvalidInputException(message), target);
        }
    }

    private ProviderScope? RemovesFrom => Scope is null ? null : Enum.Parse<ProviderScope>(Scope, ignoreCase: true);

    private async Task<object> RemoveAsync(string name, CancellationToken cancellation) =>
        await ModuleSession.Providers.RemoveAsync(name, RemovesFrom, cancellation).ConfigureAwait(false);
}
