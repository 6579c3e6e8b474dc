using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Imagen4.Core.Emulator;
using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>
/// Many processes run the same rows into the same folder at once, at hosts of whose calls a tenth fails, each until it has all of them:
/// every row is paid for once, every process has every row, and no file is written twice.
/// </summary>
internal static class CrowdRun
{
    private const int MostShown = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    /// <param name="emulator">The emulator's program.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="processes">How many processes.</param>
    /// <param name="options">The ledger: a file in the home that all share, or a database for homes of their own.</param>
    public static async Task<int> RunAsync(string emulator, int rows, int processes, TortureOptions options)
    {
        var ledgers = await TortureLedgers.StartAsync(options).ConfigureAwait(false);
        await using var ending = ledgers.ConfigureAwait(false);
        using var host = await EmulatorProcess.StartAsync(emulator, new EmulatorOptions()).ConfigureAwait(false);
        using var admin = new EmulatorAdmin(host.Address);
        await admin.ResetAsync(history: true, generationTime: 0.2).ConfigureAwait(false);
        foreach (var rule in TortureHosts.All.SelectMany(HostFaults.Seldom))
        {
            await admin.FaultAsync(rule).ConfigureAwait(false);
        }

        var place = Directory.CreateTempSubdirectory("imagen4-crowd-").FullName;
        try
        {
            var folder = Directory.CreateDirectory(Path.Combine(place, "out")).FullName;
            using var names = new NameWatch(folder);
            var ledger = await ledgers.NewAsync().ConfigureAwait(false);
            var started = Stopwatch.GetTimestamp();
            var members = Enumerable.Range(1, processes).Select(number =>
                Start(Path.Combine(place, ledger is null ? "home" : $"home-{number}"), ledger, host.Address, folder, rows)).ToList();
            var said = await RunAsync(members).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var figures = await FiguresAsync(admin, folder, rows, said, await names.CountsAsync().ConfigureAwait(false)).ConfigureAwait(false);
            var wrong = figures.Sum(figure => figure.Count);
            var errors = said.SelectMany(lines => lines.Errors).GroupBy(error => error.Kind, error => error.Count)
                .Select(kind => $"{kind.Sum()} {kind.Key}");
            Console.WriteLine(
                $"crowd: {processes} processes at the same {rows} rows, on {ledgers.Kind}, {await admin.HitsAsync().ConfigureAwait(false)} calls failed, "
                + $"{said.Sum(lines => lines.Runs)} runs ({string.Join(", ", errors)}), {took:F0} s: {string.Join(", ", figures.Select(figure => $"{figure.Name} {figure.Count}"))}: {wrong} wrong");
            return wrong == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static Process Start(string home, string? ledger, Uri address, string folder, int rows)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { "exec", typeof(CrowdRun).Assembly.Location, "member", home, address.AbsoluteUri, folder, $"{rows}" },
        };
        start.Environment[LedgerCatalog.Variable] = ledger;
        return Process.Start(start)!;
    }

    // Nobody begins before all are there.
    private static async Task<IReadOnlyList<Said>> RunAsync(IReadOnlyList<Process> members)
    {
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            foreach (var member in members)
            {
                _ = await member.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false);
            }

            var reading = members.Select(member => ReadAsync(member, limit.Token)).ToList();
            members.ToList().ForEach(member => member.StandardInput.WriteLine());
            return await Task.WhenAll(reading).ConfigureAwait(false);
        }
        finally
        {
            foreach (var member in members)
            {
                if (!member.HasExited)
                {
                    member.Kill();
                    await member.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                }

                member.Dispose();
            }
        }
    }

    private static async Task<Said> ReadAsync(Process member, CancellationToken cancellation)
    {
        var said = new Said();
        try
        {
            while (await member.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            {
                var words = line.Split(' ', 5);
                if (words is ["row", var row, var state, var sha256, var rest])
                {
                    said.Rows[int.Parse(row, CultureInfo.InvariantCulture)] = (state, sha256, rest);
                }
                else if (line.Split(' ', 4) is ["again", var kind, var count, var message])
                {
                    said.Errors.Add((kind, int.Parse(count, CultureInfo.InvariantCulture), message));
                }
                else if (words is ["done", var runs])
                {
                    said.Runs = int.Parse(runs, CultureInfo.InvariantCulture);
                }
            }

            await member.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It hangs: it has not told of its rows.
        }

        return said;
    }

    private static async Task<IReadOnlyList<(string Name, int Count)>> FiguresAsync(
        EmulatorAdmin admin, string folder, int rows, IReadOnlyList<Said> said, IReadOnlyDictionary<string, int> names)
    {
        var bills = (await admin.BillsAsync().ConfigureAwait(false))
            .CountBy(bill => bill.GetProperty("input").GetProperty("prompt").GetString()!)
            .ToDictionary();
        var told = said.SelectMany(lines => lines.Rows).ToList();
        var delivered = told.Where(line => line.Value.State == ImagenStates.Delivered).ToList();
        var files = delivered.GroupBy(line => line.Value.About).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var (row, line) in told.Where(line => line.Value.State != ImagenStates.Delivered).Take(MostShown))
        {
            Console.WriteLine($"  row {row}: {line.State}, {line.About}");
        }

        var unavailable = said.SelectMany(lines => lines.Errors).Where(error => error.Kind == nameof(LedgerUnavailableException)).ToList();
        unavailable.Select(error => error.Message).Distinct().Take(MostShown).ToList().ForEach(message => Console.WriteLine($"  {message}"));
        foreach (var (prompt, count) in bills.Where(bill => bill.Value != 1).Take(MostShown))
        {
            Console.WriteLine($"  {count} bills for '{prompt}'");
        }

        foreach (var (name, count) in names.Where(name => name.Value != 1).Take(MostShown))
        {
            Console.WriteLine($"  {name} was written {count} times");
        }

        return
        [
            ("extra bills", bills.Values.Sum(count => count - 1)),
            ("rows without a bill", rows - bills.Count),
            ("did not come to their end", said.Count(lines => lines.Runs == 0)),
            ("rows not told of", (said.Count * rows) - told.Count),
            ("rows not delivered", told.Count - delivered.Count),
            ("rows with several files", delivered.GroupBy(line => line.Key).Count(row => row.Select(line => line.Value.About).Distinct().Skip(1).Any())),
            ("files of several rows", files.Values.Count(lines => lines.Select(line => line.Key).Distinct().Skip(1).Any())),
            ("files unlike what was told", files.Count(file => file.Value.Any(line => line.Value.Sha256 != Hash(file.Key)))),
            ("files written more than once", names.Values.Count(count => count != 1)),
            ("rows given up because of the ledger", unavailable.Sum(error => error.Count)),
            ("other files", Directory.EnumerateFiles(folder, "*", new EnumerationOptions { AttributesToSkip = 0 }).Count() - files.Count),
        ];
    }

    private static string Hash(string path) => File.Exists(path) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) : "";

    /// <summary>What a process says of its rows.</summary>
    private sealed class Said
    {
        /// <summary>The state of each row, the digest of its image, and where that is or what went wrong.</summary>
        public Dictionary<int, (string State, string Sha256, string About)> Rows { get; } = [];

        /// <summary>What went wrong in any run, how often, and how it was said the first time.</summary>
        public List<(string Kind, int Count, string Message)> Errors { get; } = [];

        /// <summary>How often it ran them; 0 where it did not come to its end.</summary>
        public int Runs { get; set; }
    }

    /// <summary>Counts how often a finished file gets its name, whoever gives it.</summary>
    private sealed class NameWatch : IDisposable
    {
        private const string Last = "last";
        private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly FileSystemWatcher _watcher;

        public NameWatch(string folder)
        {
            _watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName };
            _watcher.Created += (_, change) => Count(change.Name!);
            _watcher.Renamed += (_, change) => Count(change.Name!);
            _watcher.Error += (_, change) => _end.TrySetException(change.GetException());
            _watcher.EnableRaisingEvents = true;
        }

        /// <summary>The counts. What has happened in a folder is told in its order: a last file says that all of it was.</summary>
        public async Task<IReadOnlyDictionary<string, int>> CountsAsync()
        {
            var last = Path.Combine(_watcher.Path, Last);
            await File.WriteAllBytesAsync(last, []).ConfigureAwait(false);
            await _end.Task.ConfigureAwait(false);
            File.Delete(last);
            return _counts;
        }

        public void Dispose() => _watcher.Dispose();

        private void Count(string name)
        {
            if (name == Last)
            {
                _ = _end.TrySetResult();
            }
            else if (!name.EndsWith(".partial", StringComparison.Ordinal))
            {
                _ = _counts.AddOrUpdate(name, 1, (_, count) => count + 1);
            }
        }
    }
}
