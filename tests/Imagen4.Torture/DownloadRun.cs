using System.Diagnostics;
using Imagen4.Core.Emulator;
using Imagen4.Core.Media;

namespace Imagen4.Torture;

/// <summary>
/// Kills a batch again and again while it writes files, at a host whose media comes slowly: is what stands under a final name always
/// whole, and does the batch come to its end?
/// </summary>
internal static class DownloadRun
{
    private const int Rows = 24;

    // Large enough to reach the disk in several pieces.
    private const int Pixels = 400;
    private const int LongestDelay = 1500;

    private static readonly IReadOnlyList<string> Hosts = [TortureHosts.Queue];
    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.None };

    /// <param name="emulator">The emulator's program.</param>
    /// <param name="kills">How many kills.</param>
    /// <param name="seed">Chooses their moments.</param>
    /// <param name="options">The ledgers, and how many lanes there are.</param>
    public static async Task<int> RunAsync(string emulator, int kills, int seed, TortureOptions options)
    {
        var started = Stopwatch.GetTimestamp();
        var ledgers = await TortureLedgers.StartAsync(options).ConfigureAwait(false);
        await using var ending = ledgers.ConfigureAwait(false);
        using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var admin = new EmulatorAdmin(host.Address);
        await admin.ResetAsync(history: true, generationTime: 0).ConfigureAwait(false);
        await admin.FaultAsync(new { operation = "download", kind = "drip", delay_ms = 30, count = -1 }).ConfigureAwait(false);
        var lanes = await Task.WhenAll(Enumerable.Range(0, options.Jobs).Select(number => new Lane(ledgers, admin, number, new Random(seed + number))
            .RunAsync((kills * (number + 1) / options.Jobs) - (kills * number / options.Jobs)))).ConfigureAwait(false);
        var wrong = lanes.Sum(lane => lane.Wrong);
        Console.WriteLine(
            $"downloads: {lanes.Sum(lane => lane.Kills)} kills while files were written, {lanes.Sum(lane => lane.Begun)} of their files with some of their bytes then, "
            + $"{lanes.Sum(lane => lane.Whole)} looked at under their final names, {lanes.Sum(lane => lane.Delivered)} rows delivered, "
            + $"on {ledgers.Kind}, in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s: {wrong} wrong");
        return wrong == 0 ? 0 : 1;
    }

    private sealed class Lane(TortureLedgers ledgers, EmulatorAdmin admin, int number, Random random)
    {
        private readonly Dictionary<string, string> _digests = new(StringComparer.Ordinal);

        public int Kills { get; private set; }

        public int Begun { get; private set; }

        public int Whole => _digests.Count;

        public int Delivered { get; private set; }

        public int Wrong { get; private set; }

        public async Task<Lane> RunAsync(int kills)
        {
            using var place = new TorturePlace(await ledgers.NewAsync().ConfigureAwait(false), "imagen4-downloads-");
            for (var round = 1; Kills < kills; round++)
            {
                var name = $"lane {number}, round {round}";
                while (Kills < kills && await WasKilledAsync(place, name).ConfigureAwait(false))
                {
                    LookAt(place);
                }

                await FinishAsync(place, name).ConfigureAwait(false);
            }

            return this;
        }

        // False where the batch has come to its end before.
        private async Task<bool> WasKilledAsync(TorturePlace place, string name)
        {
            var before = PartialFiles(place).ToHashSet(StringComparer.Ordinal);
            using var child = place.Start(admin.Address, name, Rows, Hosts, end: null, Pixels);
            while (!child.HasExited && !Written(place, before).Any())
            {
                await Task.Delay(2).ConfigureAwait(false);
            }

            using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(LongestDelay)));
            try
            {
                await child.WaitForExitAsync(moment.Token).ConfigureAwait(false);
                return false;
            }
            catch (OperationCanceledException)
            {
                child.Kill();
                await child.WaitForExitAsync().ConfigureAwait(false);
                Kills++;
                Begun += Written(place, before).Count();
                return true;
            }
        }

        private async Task FinishAsync(TorturePlace place, string name)
        {
            var said = await place.RunAsync(admin.Address, name, Rows, Hosts, Pixels).ConfigureAwait(false);
            var delivered = said.Split('\n').Where(line => line.StartsWith("row ", StringComparison.Ordinal))
                .Select(line => line.Split(' ', 4))
                .Count(row => row[2] == ImagenStates.Delivered && File.Exists(row[3].Trim()));
            LookAt(place);
            Delivered += delivered;
            var bills = (await admin.BillsAsync().ConfigureAwait(false)).Select(bill => bill.GetProperty("input").GetProperty("prompt").GetString()!)
                .Count(prompt => prompt.StartsWith($"{name}, ", StringComparison.Ordinal));
            Check(delivered == Rows, $"{name}: {delivered} of {Rows} rows delivered: {said}");
            Check(bills == Rows, $"{name}: {bills} bills for {Rows} rows");
            Check(!PartialFiles(place).Any(), $"{name}: {PartialFiles(place).Count()} partial files were left");
        }

        // Every checksum of a PNG is compared, and its end looked for. What was whole once stays as it was.
        private void LookAt(TorturePlace place)
        {
            foreach (var path in Directory.EnumerateFiles(place.Output, "*", All).Where(path => !path.EndsWith(".partial", StringComparison.Ordinal)))
            {
                try
                {
                    using var file = File.OpenRead(path);
                    _ = ImageHeader.Read(file);
                    file.Position = 0;
                    var digest = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(file));
                    Check(_digests.TryAdd(path, digest) || _digests[path] == digest, $"{path} was changed after it had its name");
                }
                catch (InvalidMediaException)
                {
                    Check(holds: false, $"{path} is not whole");
                }
            }
        }

        private void Check(bool holds, string wrong)
        {
            if (!holds)
            {
                Console.WriteLine($"WRONG {wrong}");
                Wrong++;
            }
        }

        // A file that has got its name, or was removed, has no length.
        private static IEnumerable<string> Written(TorturePlace place, HashSet<string> before) => PartialFiles(place)
            .Where(path => !before.Contains(path) && new FileInfo(path) is { Exists: true, Length: > 0 });

        private static IEnumerable<string> PartialFiles(TorturePlace place) => Directory.Exists(place.Output)
            ? Directory.EnumerateFiles(place.Output, "*.partial", All)
            : [];
    }
}
