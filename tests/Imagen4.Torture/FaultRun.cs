using Imagen4.Core.Emulator;

namespace Imagen4.Torture;

/// <summary>Batches at hosts that fail in every way they can.</summary>
internal static class FaultRun
{
    // Of as many rows, one is cancelled, and one has answers that can be read.
    private const int Others = 8;

    public static async Task<int> RunAsync(string emulator, int rows, int seeds, TortureOptions options)
    {
        var ledgers = await TortureLedgers.StartAsync(options).ConfigureAwait(false);
        await using var ending = ledgers.ConfigureAwait(false);
        using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var otherHost = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var admin = new EmulatorAdmin(host.Address);
        using var other = new EmulatorAdmin(otherHost.Address);
        var wrong = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var number = seed;
            await other.ResetAsync(history: false, generationTime: 0).ConfigureAwait(false);
            wrong += await InPlaceAsync(admin, ledgers, folder => new MixedRun(admin, other, folder, rows, number).RunAsync()).ConfigureAwait(false);
            wrong += await InPlaceAsync(admin, ledgers, _ => CancelRun.RunAsync(admin, rows / Others, number)).ConfigureAwait(false);
            wrong += await InPlaceAsync(admin, ledgers, folder => ReadableRun.RunAsync(admin, folder, rows / Others, number)).ConfigureAwait(false);
        }

        Console.WriteLine($"faults: {seeds} seeds of {rows} rows, a third of all calls failed, on {ledgers.Kind}{Limit()}: {wrong} wrong");
        return wrong == 0 ? 0 : 1;
    }

    // Whoever starts it sets DOTNET_GCHeapHardLimit: with too little memory it ends at once.
    private static string Limit() =>
        GC.GetConfigurationVariables().GetValueOrDefault("GCHeapHardLimit") is long and > 0 and var bytes
            ? $", with a heap of {bytes / 1024 / 1024} MiB"
            : "";

    private static async Task<int> InPlaceAsync(EmulatorAdmin admin, TortureLedgers ledgers, Func<string, Task<int>> run)
    {
        var place = Directory.CreateTempSubdirectory("imagen4-faults-").FullName;
        try
        {
            await ledgers.UseAsync(Path.Combine(place, "home")).ConfigureAwait(false);
            await admin.ResetAsync(history: false, generationTime: 0).ConfigureAwait(false);
            return await run(Path.Combine(place, "out")).ConfigureAwait(false);
        }
        finally
        {
            // A server does not have connections for the ledgers of all runs.
            await TortureClient.Ledger.DisposeAsync().ConfigureAwait(false);
            Directory.Delete(place, recursive: true);
        }
    }
}
