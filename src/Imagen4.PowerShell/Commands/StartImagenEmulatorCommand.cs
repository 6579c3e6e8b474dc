using System.Management.Automation;
using Imagen4.Core.Emulator;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Start-ImagenEmulator</c>: starts the local server and makes it the session's default provider.</summary>
[Cmdlet(VerbsLifecycle.Start, "ImagenEmulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ImagenEmulator))]
public sealed class StartImagenEmulatorCommand : PumpedCommand
{
    /// <summary>The port; any free one where none is given.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Port { get; set; }

    /// <summary>How many requests it runs at the same time.</summary>
    [Parameter]
    [ValidateRange(1, ProviderProfile.MostConcurrency)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int? Slots { get; set; }

    /// <summary>How long each of them takes, in seconds.</summary>
    [Parameter]
    [ValidateRange(0.0, 3600.0)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double? GenerationTime { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (!ShouldProcess("127.0.0.1", CommandMessages.StartEmulatorAction))
        {
            return;
        }

        string[] settings = [nameof(Port), nameof(Slots), nameof(GenerationTime)];
        if (ModuleSession.Emulator.IsRunning && settings.Where(MyInvocation.BoundParameters.ContainsKey).ToList() is { Count: > 0 } given)
        {
            WriteWarning(CommandMessages.EmulatorRunsAlready.With(string.Join(", ", given.Select(name => $"-{name}"))));
        }

        var program = Path.Combine(Path.GetDirectoryName(GetType().Assembly.Location)!, "emulator", "Imagen4.Emulator.dll");
        var options = new EmulatorOptions { Port = Port, Slots = Slots, GenerationTime = GenerationTime };
        Start(target: null, async stop => await ModuleSession.Emulator.StartAsync(program, options, stop.Stopping).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    protected override void Emit(object value, object? target)
    {
        var emulator = (EmulatorProcess)value;
        WriteObject(new ImagenEmulator
        {
            BaseUri = emulator.Address.AbsoluteUri,
            PageUri = emulator.Address.AbsoluteUri,
            BillLogUri = new Uri(emulator.Address, "_emulator/bills").AbsoluteUri,
            ProcessId = emulator.Id,
        });
    }
}
