using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Imagen4.Core.Emulator;

namespace Imagen4.Torture;

/// <summary>
/// Kills a batch again and again, at every step, and at random moments while its hosts fail, and runs it to its end, with what was
/// not delivered piped in again after each run: who paid what?
/// </summary>
internal static class KillRun
{
    private const int Rows = 40;
    private const int FewRows = 8;
    private const int SideBySide = 3;
    private const int MostBillsBetween = 8;

    // The number of a round chooses its faults: no two lanes have the same.
    private const int RoundsOfLane = 1000;

    private static readonly IReadOnlyList<string> Queue = [TortureHosts.Queue];

    // Where a batch can be cut off between two writes of its ledger.
    private static readonly string[] LedgerSteps =
    [
        "before Claimed", "after Claimed", "before Intent", "after Intent", "before Accepted", "after Accepted", "before Completed", "after Completed",
        "before Delivered", "after Delivered", "before Throttled", "after Throttled", "before InDoubt", "after InDoubt", "before Adopted", "after Adopted",
    ];

    // Where it can be cut off in the middle of a call: the host falls silent there, and the process is killed.
    private static readonly (string Name, JsonObject Rule)[] Calls =
    [
        ("a submit the host does not take", new() { ["operation"] = "submit" }),
        ("a submit the host takes", new() { ["operation"] = "submit", ["after_accept"] = true }),
        ("the answer to a submit", new() { ["operation"] = "submit", ["at"] = "middle" }),
        ("a stream", new() { ["operation"] = "stream" }),
        ("a result", new() { ["operation"] = "result" }),
        ("the middle of a result", new() { ["operation"] = "result", ["at"] = "middle" }),
        ("a download", new() { ["operation"] = "download" }),
        ("the middle of a download", new() { ["operation"] = "download", ["at"] = "middle" }),
    ];

    /// <param name="emulator">The emulator's program.</param>
    /// <param name="kills">How many kills at random.</param>
    /// <param name="seed">Chooses their moments.</param>
    /// <param name="isShort">Whether every step is tried with the host's history only, and not without it as well.</param>
    /// <param name="options">The ledgers, and how many lanes of kills at random there are.</param>
    public static async Task<int> RunAsync(string emulator, int kills, int seed, bool isShort, TortureOptions options)
    {
        var ledgers = await TortureLedgers.StartAsync(options).ConfigureAwait(false);
        await using var ending = ledgers.ConfigureAwait(false);
        var wrong = 0;
        foreach (var history in (bool[])[true, false])
        {
            if (!isShort || history)
            {
                using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
                using var admin = new EmulatorAdmin(host.Address);
                wrong += await AtEveryStepAsync(ledgers, admin, history).ConfigureAwait(false);
            }

            var all = kills / 2;
            wrong += (await Task.WhenAll(Enumerable.Range(0, options.Jobs).Select(lane =>
                LaneAsync(emulator, ledgers, history, (all * (lane + 1) / options.Jobs) - (all * lane / options.Jobs), lane, seed)))
                .ConfigureAwait(false)).Sum();
        }

        Console.WriteLine($"kills: {kills / 2 * 2} at random, and one at each of {LedgerSteps.Length} ledger steps and {Calls.Length} calls, with the host's history{(isShort ? "" : " and without")}, on {ledgers.Kind}: {wrong} wrong");
        return wrong == 0 ? 0 : 1;
    }

    // What is counted in one lane is nothing of the others'.
    private static async Task<int> LaneAsync(string emulator, TortureLedgers ledgers, bool history, int kills, int lane, int seed)
    {
        using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var admin = new EmulatorAdmin(host.Address);
        return await AtRandomAsync(ledgers, admin, history, kills, lane, new Random(seed + lane)).ConfigureAwait(false);
    }

    private static async Task<int> AtEveryStepAsync(TortureLedgers ledgers, EmulatorAdmin admin, bool history)
    {
        var wrong = 0;
        await admin.ResetAsync(history, generationTime: 0.05).ConfigureAwait(false);
        var ends = LedgerSteps.Select(step => (Func<Task<int>>)(() => AtStepAsync(ledgers, admin, step, history)))
            .Concat(Calls.Select(call => (Func<Task<int>>)(() => AtCallAsync(ledgers, admin, call.Name, call.Rule, history))));
        await Parallel.ForEachAsync(ends, new ParallelOptions { MaxDegreeOfParallelism = SideBySide }, async (end, _) =>
            Interlocked.Add(ref wrong, await end().ConfigureAwait(false))).ConfigureAwait(false);
        return wrong;
    }

    private static async Task<int> AtStepAsync(TortureLedgers ledgers, EmulatorAdmin admin, string step, bool history)
    {
        using var place = new TorturePlace(await ledgers.NewAsync().ConfigureAwait(false), "imagen4-kills-");
        await admin.FaultAsync(new { operation = "submit", kind = "status", status = 429, match = $"{step}, row 3 " }).ConfigureAwait(false);
        await admin.FaultAsync(new { operation = "submit", kind = "close", after_accept = true, match = $"{step}, row 5 " }).ConfigureAwait(false);
        if (step.EndsWith("Adopted", StringComparison.Ordinal))
        {
            using var first = place.Start(admin.Address, step, FewRows, Queue, "after Accepted");
            await first.WaitForExitAsync().ConfigureAwait(false);
        }

        using var child = place.Start(admin.Address, step, FewRows, Queue, step);
        await child.WaitForExitAsync().ConfigureAwait(false);
        return Check(child.ExitCode != 0, $"{step}: the process was not killed there")
            + await FinishAsync(place, admin, step, FewRows, Queue, history).ConfigureAwait(false);
    }

    private static async Task<int> AtCallAsync(TortureLedgers ledgers, EmulatorAdmin admin, string name, JsonObject rule, bool history)
    {
        using var place = new TorturePlace(await ledgers.NewAsync().ConfigureAwait(false), "imagen4-kills-");
        var match = $"{name}, row 2 ";
        var own = rule.DeepClone().AsObject();
        own["match"] = match;
        own["kind"] = "hang";
        await admin.FaultAsync(own).ConfigureAwait(false);
        using var child = place.Start(admin.Address, name, FewRows, Queue, end: null);

        // A rule is gone once it has hit: the host has fallen silent.
        while (!child.HasExited && await admin.HasRuleAsync(match).ConfigureAwait(false))
        {
            await Task.Delay(20).ConfigureAwait(false);
        }

        var wrong = Check(!child.HasExited, $"{name}: the batch ended before it was killed");
        child.Kill();
        await child.WaitForExitAsync().ConfigureAwait(false);
        return wrong + await FinishAsync(place, admin, name, FewRows, Queue, history).ConfigureAwait(false);
    }

    private static async Task<int> AtRandomAsync(
        TortureLedgers ledgers, EmulatorAdmin admin, bool history, int kills, int lane, Random random)
    {
        var started = Stopwatch.GetTimestamp();
        var wrong = 0;
        var done = 0;
        var hits = 0;
        using var place = new TorturePlace(await ledgers.NewAsync().ConfigureAwait(false), "imagen4-kills-");
        for (var round = (lane * RoundsOfLane) + 1; done < kills; round++)
        {
            await admin.ResetAsync(history, generationTime: 0.1).ConfigureAwait(false);
            foreach (var rule in TortureHosts.All.SelectMany(host => HostFaults.Of(host, round)))
            {
                await admin.FaultAsync(rule).ConfigureAwait(false);
            }

            var name = $"round {round}";
            for (var ended = false; !ended && done < kills;)
            {
                using var child = place.Start(admin.Address, name, Rows, TortureHosts.All, end: null);
                _ = await child.StandardOutput.ReadLineAsync().ConfigureAwait(false);

                // However slow the machine is: so many requests further, and a moment later.
                var bills = await admin.BillCountAsync().ConfigureAwait(false) + random.Next(MostBillsBetween);
                while (!child.HasExited && await admin.BillCountAsync().ConfigureAwait(false) < bills)
                {
                    await Task.Delay(5).ConfigureAwait(false);
                }

                using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(400)));
                try
                {
                    await child.WaitForExitAsync(moment.Token).ConfigureAwait(false);
                    ended = true;
                }
                catch (OperationCanceledException)
                {
                    child.Kill();
                    await child.WaitForExitAsync().ConfigureAwait(false);
                    done++;
                }
            }

            hits += await admin.HitsAsync().ConfigureAwait(false);
            await admin.ClearFaultsAsync().ConfigureAwait(false);
            wrong += await FinishAsync(place, admin, name, Rows, TortureHosts.All, history).ConfigureAwait(false);
        }

        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine($"killed {done} times at random, history {(history ? "offered" : "withheld")}, {hits} calls failed, in {took:F0} s");
        return wrong;
    }

    // After the last kill the batch is run to its end, and every row is accounted for.
    private static async Task<int> FinishAsync(
        TorturePlace place, EmulatorAdmin admin, string name, int rows, IReadOnlyList<string> hosts, bool history)
    {
        var said = await place.RunAsync(admin.Address, name, rows, hosts).ConfigureAwait(false);
        if (history && said.Contains($" {ImagenStates.InDoubt} ", StringComparison.Ordinal))
        {
            // A doubt of that very run is settled by the next one.
            said = await place.RunAsync(admin.Address, name, rows, hosts).ConfigureAwait(false);
        }

        var states = said.Split('\n').Where(line => line.StartsWith("row ", StringComparison.Ordinal)).Select(line => line.Split(' ', 4)).ToList();
        var inDoubt = states.Count(state => state[2] == ImagenStates.InDoubt);

        // Only fal tells what it has: others stay in doubt. And where the answer is the result, its history tells of what nobody has any more.
        int Of(string host, string state) => states.Count(told =>
            told[2] == state && hosts[int.Parse(told[1], CultureInfo.InvariantCulture) % hosts.Count] == host);
        var unsettled = Of(TortureHosts.Queue, ImagenStates.InDoubt);
        var lost = history ? Of(TortureHosts.WithoutQueue, ImagenStates.Failed) : 0;
        var delivered = states.Count(state => state[2] == ImagenStates.Delivered && File.Exists(state[3].Trim()));
        var bills = (await admin.BillsAsync().ConfigureAwait(false)).Select(bill => bill.GetProperty("input").GetProperty("prompt").GetString()!)
            .Where(prompt => prompt.StartsWith($"{name}, ", StringComparison.Ordinal))
            .CountBy(prompt => prompt)
            .ToDictionary();
        return Check(delivered + inDoubt + lost == rows, $"{name}: {delivered} delivered, {inDoubt} in doubt and {lost} lost of {rows} rows: {string.Join("; ", states.Where(state => state[2] is not (ImagenStates.Delivered or ImagenStates.InDoubt)).Select(state => string.Join(' ', state)))}{(states.Count == 0 ? said : "")}")
            + Check(bills.Values.All(count => count == 1), $"paid for twice: {string.Join("; ", bills.Where(bill => bill.Value > 1).Select(bill => bill.Key))}")
            + Check(bills.Count >= delivered + lost && bills.Count <= rows, $"{name}: {bills.Count} bills for {delivered} delivered rows")
            + Check(place.Partial == 0, $"{name}: {place.Partial} partial files were left")
            + Check(!history || unsettled == 0, $"{name}: {unsettled} doubts did not settle by the host's history");
    }

    private static int Check(bool holds, string wrong)
    {
        if (!holds)
        {
            Console.WriteLine($"WRONG {wrong}");
        }

        return holds ? 0 : 1;
    }
}
