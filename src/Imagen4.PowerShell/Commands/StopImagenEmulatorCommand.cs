using System.Management.Automation;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Stop-ImagenEmulator</c>: ends the local server of this session.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ImagenEmulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(void))]
public sealed class StopImagenEmulatorCommand : PumpedCommand
{
    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (ShouldProcess("127.0.0.1", CommandMessages.StopEmulatorAction))
        {
            Start(target: null, async stop => await ModuleSession.Emulator.StopAsync(stop.Stopping).ConfigureAwait(false));
        }
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        if (value is false)
        {
            WriteWarning(CommandMessages.EmulatorNotRunning);
        }
    }
}
