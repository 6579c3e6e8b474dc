using System.Runtime.InteropServices;
using Imagen4.Emulator;

const int BadArguments = 2;
const int CannotListen = 1;

CommandLine commandLine;
try
{
    commandLine = CommandLine.Parse(args);
}
catch (FormatException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return BadArguments;
}

if (commandLine.ShowHelp)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}

// Signals and the parent's death all end the same way: the server is disposed and the process returns.
// Ctrl+C is not for a server that ends with its parent: a console sends it to every process, and the parent goes on at its prompt.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, commandLine.EndWithStdin ? signal => signal.Cancel = true : Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (commandLine.EndWithStdin)
{
    StandardInput.WhenClosed(stop.Cancel);
}

try
{
    await using var server = await EmulatorServer.StartAsync(commandLine.Options, stop.Token);
    Console.WriteLine(Greeting.For(server.Address, commandLine.Options));
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
}
catch (IOException exception)
{
    var reason = exception.InnerException?.Message ?? exception.Message;
    await Console.Error.WriteLineAsync($"Cannot listen on 127.0.0.1:{commandLine.Options.Port}: {reason}");
    return CannotListen;
}

return 0;
