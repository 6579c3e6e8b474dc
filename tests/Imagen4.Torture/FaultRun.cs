using System.Diagnostics;
using System.Security.Cryptography;
using Imagen4.Core.Batch;
using Imagen4.Core.Emulator;

namespace Imagen4.Torture;

/// <summary>Batches at a host that fails a fifth of all calls, in every way it can: who paid what, and what is on disk.</summary>
internal static class FaultRun
{
    private const int MostRuns = 25;

    // Of a hang the module hears nothing for minutes: the fault matrix has it, a run of many rows would only wait.
    private static readonly object[] Kinds =
    [
        "refuse", "reset", "close", "drip", "truncate", "wrong_length", "wrong_type", "html", "bad_json",
        new { kind = "reset", after_accept = true },
        new { kind = "close", after_accept = true },
        new { kind = "close", at = "headers" },
        new { kind = "close", at = "middle" },
        new { kind = "reset", at = "middle" },
        new { kind = "close", at = "after" },
        new { kind = "html", after_accept = true },
        new { kind = "bad_json", after_accept = true },
        new { kind = "status", status = 408 },
        new { kind = "status", status = 409 },
        new { kind = "status", status = 429 },
        new { kind = "status", status = 429, retry_after = 1 },
        new { kind = "status", status = 500 },
        new { kind = "status", status = 502, after_accept = true },
        new { kind = "status", status = 503, retry_after = 1 },
        new { kind = "status", status = 504, after_accept = true },
    ];

    public static async Task<int> RunAsync(string emulator, int rows, int seeds)
    {
        using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var admin = new EmulatorAdmin(host.Address);
        var wrong = 0;
        for (var seed = 1; seed <= seeds; seed++)
        {
            wrong += await RunAsync(host.Address, admin, rows, seed).ConfigureAwait(false);
        }

        Console.WriteLine($"faults: {seeds} seeds of {rows} rows, a fifth of all calls failed: {wrong} wrong");
        return wrong == 0 ? 0 : 1;
    }

    private static async Task<int> RunAsync(Uri address, EmulatorAdmin admin, int rows, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        var place = Directory.CreateTempSubdirectory("imagen4-faults-").FullName;
        try
        {
            Environment.SetEnvironmentVariable("IMAGEN4_HOME", Path.Combine(place, "home"));
            await admin.ResetAsync(history: false, generationTime: 0).ConfigureAwait(false);
            await admin.FaultAsync(new { probability = 0.2, seed, kinds = Kinds }).ConfigureAwait(false);
            var batch = new TortureBatch(address, Path.Combine(place, "out"), $"seed {seed}", rows, SideBySide: 200) { Time = new FastTime(10) };
            var runs = 0;
            IReadOnlyDictionary<int, RowOutcome<ImagenResult>> outcomes;
            do
            {
                // Ten doubts in a row end submitting, as they should; the next run goes on where this one ended.
                outcomes = await batch.RunAsync().ConfigureAwait(false);
            }
            while (++runs < MostRuns && outcomes.Values.Any(outcome => outcome.Value?.State is not (ImagenStates.Delivered or ImagenStates.InDoubt or ImagenStates.Failed)));

            await admin.ClearFaultsAsync().ConfigureAwait(false);
            var bills = await admin.BillsAsync().ConfigureAwait(false);
            var states = outcomes.Values.CountBy(outcome => outcome.Value?.State ?? "none").ToDictionary();
            var extra = bills.Values.Sum(count => count - 1);
            var unaccounted = rows - states.GetValueOrDefault(ImagenStates.Delivered) - states.GetValueOrDefault(ImagenStates.InDoubt)
                - outcomes.Values.Count(outcome => outcome.Value is { State: ImagenStates.Failed, Error: not null });
            var unpaid = outcomes.Count(outcome => outcome.Value.Value?.State == ImagenStates.Delivered && bills.GetValueOrDefault(batch.Prompt(outcome.Key)) != 1);
            var unlike = await CompareAsync(admin, outcomes.Values).ConfigureAwait(false);
            var left = Directory.EnumerateFiles(batch.Folder, "*.partial", new EnumerationOptions { AttributesToSkip = 0 }).Count();
            Console.WriteLine(
                $"seed {seed}: {rows} rows in {runs} runs, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s: "
                + string.Join(", ", states.OrderBy(state => state.Key).Select(state => $"{state.Value} {state.Key}"))
                + $"; extra bills {extra}, unaccounted for {unaccounted}, delivered without one bill {unpaid}, files unlike their source {unlike}, partial files {left}");
            return extra + unaccounted + unpaid + unlike + left;
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    // Every file, against the bytes the host has.
    private static async Task<int> CompareAsync(EmulatorAdmin admin, IEnumerable<RowOutcome<ImagenResult>> outcomes)
    {
        var unlike = 0;
        var images = outcomes.Where(outcome => outcome.Value?.State == ImagenStates.Delivered).SelectMany(outcome => outcome.Value!.Images);
        await Parallel.ForEachAsync(images, async (image, cancellation) =>
        {
            var source = await admin.SourceAsync(image.Uri!).ConfigureAwait(false);
            var saved = await File.ReadAllBytesAsync(image.Path!, cancellation).ConfigureAwait(false);
            if (!SHA256.HashData(source).AsSpan().SequenceEqual(SHA256.HashData(saved)))
            {
                Interlocked.Increment(ref unlike);
            }
        }).ConfigureAwait(false);
        return unlike;
    }
}
