using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>
/// Damages single bits of segments and looks whether what is read is still true: every request is what some of its undamaged
/// lines say, and none that may have been sent passes for one that never was.
/// </summary>
internal static class BitFlips
{
    private static readonly LedgerStep[][] Ways =
    [
        [LedgerStep.Intent],
        [LedgerStep.Intent, LedgerStep.NotSent, LedgerStep.Intent],
        [LedgerStep.Intent, LedgerStep.Accepted, LedgerStep.Completed, LedgerStep.Delivered],
        [LedgerStep.Intent, LedgerStep.Throttled, LedgerStep.Intent, LedgerStep.InDoubt, LedgerStep.Left],
        [LedgerStep.Intent, LedgerStep.Rejected],
        [LedgerStep.Intent, LedgerStep.NotSent],
        [LedgerStep.Intent],
    ];

    /// <summary>The lines of a segment with every step.</summary>
    /// <param name="owner">The process that writes it.</param>
    /// <param name="first">The number of the first request.</param>
    public static IReadOnlyList<LedgerLine> Lines(string owner, int first = 0)
    {
        var lines = new List<LedgerLine>();
        foreach (var (steps, number) in Ways.Select((steps, number) => (steps, number)))
        {
            var entry = Sample.Entry(first + number);
            var attempt = 0;
            foreach (var step in steps)
            {
                attempt += step == LedgerStep.Intent ? 1 : 0;
                lines.Add(Sample.Line(step, entry with { Attempt = attempt }, owner, 1_700_000_000_000 + lines.Count));
            }
        }

        return lines;
    }

    public static async Task<int> RunAsync(int trials, int seed)
    {
        var wrong = await FindAsync(trials, seed).ConfigureAwait(false);
        wrong.ToList().ForEach(Console.WriteLine);
        Console.WriteLine($"flips: {trials} trials, seed {seed}: {wrong.Count} wrong");
        return wrong.Count == 0 ? 0 : 1;
    }

    /// <summary>Damages a segment many times, and as many times one that stands for several.</summary>
    /// <returns>What was read and is not true.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(int trials, int seed)
    {
        var home = Directory.CreateTempSubdirectory("imagen4-flips-").FullName;
        try
        {
            var plain = Lines("owner");
            var folder = new LedgerFolder(home);
            folder.Create();
            File.WriteAllBytes(folder.Segment("owner", 1), Sample.Segment("owner", plain));
            var random = new Random(seed);
            var wrong = new List<string>();
            Damage(folder.Segment("owner", 1), folder, plain, trials - (trials / 4), random, wrong);

            var ledger = new RequestLedger(home, TimeProvider.System);
            await using (ledger.ConfigureAwait(false))
            {
                _ = new Compaction(ledger, TimeProvider.System).Run();
            }

            Damage(folder.FindSegments().Single(), folder, plain, trials / 4, random, wrong);
            return wrong;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static void Damage(string path, LedgerFolder folder, IReadOnlyList<LedgerLine> lines, int trials, Random random, List<string> wrong)
    {
        var bytes = File.ReadAllBytes(path);
        var segment = new DamagedSegment(bytes);
        var isCompact = LedgerFolder.OwnerOf(path) != "owner";
        for (var trial = 0; trial < trials && wrong.Count < 10; trial++)
        {
            var bits = segment.Flip(random);
            File.WriteAllBytes(path, segment.Bytes);
            var told = Read(folder, path, segment, lines, isCompact, bits.Count);
            if (told is not null)
            {
                wrong.Add($"{Path.GetFileName(path)}, bits {string.Join(' ', bits)}: {told}");
            }
        }

        File.WriteAllBytes(path, bytes);
    }

    private static string? Read(LedgerFolder folder, string path, DamagedSegment segment, IReadOnlyList<LedgerLine> lines, bool isCompact, int bits)
    {
        try
        {
            var view = new LedgerView(folder);
            view.Refresh();
            var isDamaged = view.IsDamaged(LedgerFolder.OwnerOf(path));
            foreach (var request in lines.GroupBy(line => line.LedgerId))
            {
                var known = view.OfLedgerId(request.Key);
                var told = Sample.State(known);
                if (!segment.Possible(request.Key).Contains(told))
                {
                    return $"{request.Key} is {told}";
                }

                var isLikeNew = known is null || (RowRules.EndedBadly(known) && !(RowRules.WasNeverSent(known) && isDamaged));
                var mayHaveBeenSent = !request.Any(line => line.Step is LedgerStep.Rejected) && request.Last().Step != LedgerStep.NotSent;
                if (isLikeNew && mayHaveBeenSent && ((isCompact && bits == 1) || known is not null || !isDamaged))
                {
                    return $"{request.Key}, which may have been sent, passes for one that was not";
                }
            }

            return null;
        }
#pragma warning disable CA1031 // Whatever it is: reading a damaged segment must not fail.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error.ToString();
        }
    }
}
