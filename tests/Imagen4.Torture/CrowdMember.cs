namespace Imagen4.Torture;

/// <summary>One of several processes that run the same rows at once: goes on until all of them are delivered, and says so.</summary>
internal static class CrowdMember
{
    private const int SideBySide = 8;
    private const int MostRuns = 25;

    public static async Task<int> RunAsync(string home, Uri address, string folder, int rows)
    {
        Environment.SetEnvironmentVariable("IMAGEN4_HOME", home);
        var batch = new TortureBatch(address, folder, "crowd", rows, SideBySide) { Providers = TortureHosts.All };
        Console.WriteLine("ready");
        _ = Console.ReadLine();
        IReadOnlyDictionary<int, End<ImagenResult>> ends;
        var runs = 0;
        do
        {
            await batch.SettleAsync().ConfigureAwait(false);
            ends = await batch.RunAsync().ConfigureAwait(false);
            foreach (var kind in ends.Values.Select(end => end.Error).OfType<Exception>().GroupBy(error => error.GetType().Name))
            {
                Console.WriteLine($"again {kind.Key} {kind.Count()} {kind.First().Message.ReplaceLineEndings(" ")}");
            }
        }
        while (++runs < MostRuns && ends.Values.Any(end => end.Value?.State != ImagenStates.Delivered));

        foreach (var (row, end) in ends.OrderBy(end => end.Key))
        {
            var said = end.Error is { } error ? $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}" : end.Value?.Path;
            Console.WriteLine($"row {row} {end.Value?.State ?? "none"} {end.Value?.Images?.FirstOrDefault()?.Sha256 ?? "-"} {said}");
        }

        Console.WriteLine($"done {runs}");
        return 0;
    }
}
