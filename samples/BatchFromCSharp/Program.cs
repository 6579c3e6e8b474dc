using BatchFromCSharp;
using Imagen4;
using Imagen4.Core.Emulator;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;

// The main job with nothing but the .NET SDK: from a CSV of prompts to images on disk, on the core the cmdlets use.
if (args is not [var csv, var output])
{
    Console.Error.WriteLine("Usage: dotnet run --project samples/BatchFromCSharp -- <prompts.csv> <output directory>");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var client = new ImagenClient(new ProviderCatalog(), new LedgerCatalog());
using var emulatorSession = new EmulatorSession(client.Providers);
try
{
    // Without a key the local emulator does the work: no network, no bill.
    if (ApiKeySource.Describe(client.Providers.Find()) is null)
    {
        var emulator = await emulatorSession.StartAsync(EmulatorBuild.Path, new EmulatorOptions(), stop.Token);
        Console.WriteLine($"No API key is set: using the emulator on {emulator.Address}");
    }

    var options = new BatchOptions
    {
        Wait = true,
        Continues = true,
        Output = new OutputFolder(output, force: false),
        Warn = Console.Error.WriteLine,
    };
    var failed = await Batch.RunAsync(csv, client, options, stop.Token);
    return failed == 0 ? 0 : 1;
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception error) when (error is ImagenException or IOException)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
finally
{
    await emulatorSession.StopAsync(CancellationToken.None);
}
