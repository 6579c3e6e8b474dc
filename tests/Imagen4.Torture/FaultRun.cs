using Imagen4.Core.Emulator;

namespace Imagen4.Torture;

/// <summary>Batches at hosts that fail in every way they can.</summary>
internal static class FaultRun
{
    // Of as many rows, one is cancelled, and one has answers that can be read.
    private const int Others = 8;

    public static async Task<int> RunAsync(string emulator, int rows, int seeds)
    {
        using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var otherHost = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var admin = new EmulatorAdmin(host.Address);
        using var other = new EmulatorAdmin(otherHost.Address);
        var wrong = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var number = seed;
            await other.ResetAsync(history: false, generationTime: 0).ConfigureAwait(false);
            wrong += await InPlaceAsync(admin, folder => new MixedRun(admin, other, folder, rows, number).RunAsync()).ConfigureAwait(false);
            wrong += await InPlaceAsync(admin, _ => CancelRun.RunAsync(admin, rows / Others, number)).ConfigureAwait(false);
            wrong += await InPlaceAsync(admin, folder => ReadableRun.RunAsync(admin, folder, rows / Others, number)).ConfigureAwait(false);
        }

        Console.WriteLine($"faults: {seeds} seeds of {rows} rows, a third of all calls failed: {wrong} wrong");
        return wrong == 0 ? 0 : 1;
    }

    private static async Task<int> InPlaceAsync(EmulatorAdmin admin, Func<string, Task<int>> run)
    {
        var place = Directory.CreateTempSubdirectory("imagen4-faults-").FullName;
        try
        {
            Environment.SetEnvironmentVariable("IMAGEN4_HOME", Path.Combine(place, "home"));
            await admin.ResetAsync(history: false, generationTime: 0).ConfigureAwait(false);
            return await run(Path.Combine(place, "out")).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }
}
