using System.Diagnostics;
using System.Security.Cryptography;

namespace Imagen4.Fuzz;

/// <summary>Gives inputs to targets until the time is over, and keeps those that were read wrongly.</summary>
/// <param name="folder">Where they are kept.</param>
internal sealed class FuzzRun(string folder)
{
    private const int MostKept = 50;
    private const int Round = 100;
    private const long MostGrowth = 200L * 1024 * 1024;

    private readonly Dictionary<string, int> _kept = new(StringComparer.Ordinal);

    // One reference: the timer must not see half of one input and half of the next.
    private volatile Attempt? _current;

    /// <summary>Goes through all targets, over and over.</summary>
    /// <returns>0 where nothing was read wrongly.</returns>
    public async Task<int> RunAsync(TimeSpan time, int seed, IReadOnlyList<FuzzTarget> targets)
    {
        using var watch = new Timer(_ => EndIfStuck(), state: null, Trial.Longest, TimeSpan.FromSeconds(1));
        var began = Stopwatch.GetTimestamp();
        var mutators = targets.ToDictionary(target => target, target => new Mutator([.. target.Files.Select(File.ReadAllBytes)], seed));
        var counts = targets.ToDictionary(target => target, _ => 0L);
        var (baseline, rounds) = (0L, 0);
        while (Stopwatch.GetElapsedTime(began) < time && _kept.Values.Sum() < MostKept)
        {
            foreach (var target in targets)
            {
                for (var trial = 0; trial < Round; trial++)
                {
                    await TryAsync(target, mutators[target].Next()).ConfigureAwait(false);
                    counts[target]++;
                }
            }

            if (++rounds % 20 == 0)
            {
                baseline = CheckMemory(baseline);
            }
        }

        foreach (var (target, count) in counts)
        {
            Console.WriteLine($"fuzz: {target.Name}: {count} inputs");
        }

        Console.WriteLine($"fuzz: {counts.Values.Sum()} inputs in {Stopwatch.GetElapsedTime(began).TotalMinutes:0.0} minutes, seed {seed}: {_kept.Values.Sum()} read wrongly");
        return _kept.Count == 0 ? 0 : 1;
    }

    /// <summary>Gives every file of the corpus to the targets that read its kind.</summary>
    public async Task<int> ReplayAsync()
    {
        foreach (var (target, file) in FuzzTarget.All.SelectMany(target => target.Files.Select(file => (target, file))))
        {
            await TryAsync(target, await File.ReadAllBytesAsync(file).ConfigureAwait(false)).ConfigureAwait(false);
        }

        return _kept.Count == 0 ? 0 : 1;
    }

    private async Task TryAsync(FuzzTarget target, byte[] input)
    {
        _current = new Attempt(target, input, Stopwatch.GetTimestamp());
        if (await Trial.RunAsync(target, input).ConfigureAwait(false) is { } wrong)
        {
            Keep(target, input, wrong);
        }

        _current = null;
    }

    // What does not end cannot be stopped from within.
    private void EndIfStuck()
    {
        if (_current is var (target, input, since) && Stopwatch.GetElapsedTime(since) > Trial.Longest)
        {
            Keep(target, input, $"It was not read within {Trial.Longest.TotalSeconds} seconds.");
            Environment.Exit(1);
        }
    }

    private long CheckMemory(long baseline)
    {
        var now = GC.GetTotalMemory(forceFullCollection: true);
        if (baseline > 0 && now - baseline > MostGrowth)
        {
            Console.WriteLine($"fuzz: memory has grown from {baseline} to {now} bytes");
            _kept["memory"] = 1;
        }

        return baseline == 0 ? now : baseline;
    }

    // Of one mistake, which is known by where it was thrown, one input is enough.
    private void Keep(FuzzTarget target, byte[] input, string wrong)
    {
        var place = string.Join('\n', wrong.Split('\n').Where(line => line.Contains("Imagen4.Core", StringComparison.Ordinal)).Take(2));
        if (!_kept.TryAdd($"{target.Name}: {place}", 1))
        {
            return;
        }

        _ = Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(path, input);
        Console.WriteLine($"fuzz: {target.Name} read {path} wrongly ({input.Length} bytes): {wrong}");
    }

    private sealed record Attempt(FuzzTarget Target, byte[] Input, long Since);
}
