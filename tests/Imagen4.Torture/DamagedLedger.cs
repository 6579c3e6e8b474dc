using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Torture;

/// <summary>
/// Damages the file of a ledger at random places and looks what becomes of its rows: an error before the POST, or the right state.
/// A row that would be taken for a new one, and be paid for again, is counted.
/// </summary>
internal static class DamagedLedger
{
    private const int Rows = 60;
    private const int MostBytes = 6000;
    private const int MostShown = 10;
    private const string NotPooled = ";Pooling=false";
    private const string FilesOfRequests =
        """
        SELECT relname || ' ' || pg_relation_filepath(oid) FROM pg_class
            WHERE relnamespace = 'imagen4'::regnamespace AND (relname = 'request' OR relname LIKE 'request\_%') AND relkind IN ('r', 'i')
            ORDER BY relname
        """;

    private static readonly RequestState[] States =
    [
        RequestState.Intent, RequestState.InDoubt, RequestState.Accepted, RequestState.Completed, RequestState.Delivered, RequestState.Delivered,
        RequestState.Rejected, RequestState.NotSent, RequestState.Cancelled, RequestState.Failed,
    ];

    public static async Task<int> RunAsync(int trials, int seed, TortureOptions options)
    {
        var wrong = 0;
        foreach (var (kind, find) in Kinds(options))
        {
            var found = await find(trials, seed).ConfigureAwait(false);
            found.Wrong.ToList().ForEach(Console.WriteLine);
            Console.WriteLine($"flips: {trials} trials of {Rows} rows, seed {seed}, on {kind}: {found}");
            wrong += found.Wrong.Count;
        }

        return wrong == 0 ? 0 : 1;
    }

    private static IEnumerable<(string Kind, Func<int, int, Task<Figures>> Find)> Kinds(TortureOptions options) => options.OnPostgres
        ?
        [
            ("PostgreSQL", (trials, seed) => FindInPostgresAsync(trials, seed, checksums: false)),
            ("PostgreSQL with checksums of its pages", (trials, seed) => FindInPostgresAsync(trials, seed, checksums: true)),
        ]
        : [("SQLite", FindAsync)];

    private static IReadOnlyList<StoredRequest> Stored(List<LedgerEntry> entries) =>
        [.. entries.Select((entry, row) => Sample.Stored(entry, States[row % States.Length]))];

    /// <summary>Damages a ledger many times.</summary>
    public static async Task<Figures> FindAsync(int trials, int seed)
    {
        var home = Directory.CreateTempSubdirectory("imagen4-flips-").FullName;
        try
        {
            var path = Path.Combine(home, "ledger.db");
            var entries = Enumerable.Range(0, Rows).Select(Sample.Entry).ToList();
            await Sample.PutAsync(home, Stored(entries)).ConfigureAwait(false);
            var whole = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
            var random = new Random(seed);
            var figures = new Figures();
            for (var trial = 0; trial < trials; trial++)
            {
                var (bytes, about) = Damage(whole, random);
                Directory.Delete(home, recursive: true);
                await LeaveLongAgoAsync(home).ConfigureAwait(false);
                await File.WriteAllBytesAsync(path, bytes).ConfigureAwait(false);
                await LookAsync(new SqliteDatabase(home), entries, await IsWholeAsync(home).ConfigureAwait(false), about, figures).ConfigureAwait(false);
            }

            return figures;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    // A file of the requests' table or of one of its indexes. There is no check of the whole as SQLite has one.
    private static async Task<Figures> FindInPostgresAsync(int trials, int seed, bool checksums)
    {
        var cluster = await PostgresCluster.CreateAsync(checksums, isDurable: false).ConfigureAwait(false);
        await using var ending = cluster.ConfigureAwait(false);
        var template = await cluster.CreateDatabaseAsync().ConfigureAwait(false);
        var entries = Enumerable.Range(0, Rows).Select(Sample.Entry).ToList();
        await Sample.PutAsync(new PostgresDatabase(PostgresAddress.Read(template + NotPooled)), Stored(entries)).ConfigureAwait(false);

        // As in a ledger of many rows: so few are read from the table itself.
        _ = await PostgresCluster.ExecuteAsync(template, "ALTER ROLE tester SET enable_seqscan = off").ConfigureAwait(false);
        var files = await PostgresCluster.ExecuteAsync(template, FilesOfRequests).ConfigureAwait(false);
        var random = new Random(seed);
        var figures = new Figures();
        for (var trial = 0; trial < trials; trial++)
        {
            var address = await cluster.CreateDatabaseAsync(template).ConfigureAwait(false);
            files = await PostgresCluster.ExecuteAsync(address, FilesOfRequests).ConfigureAwait(false);
            var (name, file) = files[random.Next(files.Count)].Split(' ') is [var relation, var path] ? (relation, Path.Combine(cluster.Data, path)) : default;
            var (bytes, about) = Damage(await File.ReadAllBytesAsync(file!).ConfigureAwait(false), random);
            await File.WriteAllBytesAsync(file!, bytes).ConfigureAwait(false);
            await LookAsync(new PostgresDatabase(PostgresAddress.Read(address)), entries, isWhole: true, $"{name}: {about}", figures).ConfigureAwait(false);
            await cluster.UntilReadyAsync().ConfigureAwait(false);
            await cluster.DropDatabaseAsync(address).ConfigureAwait(false);
        }

        return figures;
    }

    // The traces of a process that has used the ledger some days ago.
    private static async Task LeaveLongAgoAsync(string home)
    {
        var told = Path.Combine(Directory.CreateDirectory(Path.Combine(home, "owners")).FullName, "checked");
        await File.WriteAllBytesAsync(told, []).ConfigureAwait(false);
        File.SetLastWriteTimeUtc(told, DateTime.UtcNow.AddDays(-3));
    }

    private static (byte[] Bytes, string About) Damage(byte[] whole, Random random)
    {
        var bytes = (byte[])whole.Clone();
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return (bytes, $"a bit of byte {at}");
            case 1:
                var some = bytes.AsSpan(at, Math.Min(random.Next(1, MostBytes), bytes.Length - at));
                random.NextBytes(some);
                return (bytes, $"{some.Length} bytes from {at} overwritten");
            case 2:
                var none = bytes.AsSpan(at, Math.Min(random.Next(1, MostBytes), bytes.Length - at));
                none.Clear();
                return (bytes, $"{none.Length} bytes from {at} cleared");
            default:
                at = random.Next(20) == 0 ? 0 : at;
                return (bytes[..at], $"cut at {at}");
        }
    }

    // As a run does that has the same rows: look, and claim what seems to be new.
    private static async Task LookAsync(ILedgerDatabase database, List<LedgerEntry> entries, bool isWhole, string about, Figures figures)
    {
        figures.FoundByCheck += isWhole ? 0 : 1;
        var missed = 0;
        var ledger = new RequestLedger(database, TimeProvider.System);
        await using (ledger.ConfigureAwait(false))
        {
            for (var row = 0; row < entries.Count; row++)
            {
                var state = States[row % States.Length];
                var said = await SayAsync(ledger, entries[row], figures).ConfigureAwait(false);
                var mayHaveBeenPaid = state is not (RequestState.NotSent or RequestState.Rejected or RequestState.Failed or RequestState.Cancelled);
                if (said is null || said == state || !mayHaveBeenPaid)
                {
                    continue;
                }

                missed++;
                if (isWhole)
                {
                    figures.Add($"{about}: row {row} is {state}, and {(said == RequestState.Claimed ? "was taken for new" : $"was taken for {said}")}");
                }
            }
        }

        figures.OnlyFoundByCheck += missed > 0 && !isWhole ? 1 : 0;
    }

    // Null where an error keeps the row from being sent.
    private static async Task<RequestState?> SayAsync(RequestLedger ledger, LedgerEntry entry, Figures figures)
    {
        try
        {
            if (await ledger.FindRowAsync(entry.Row!, CancellationToken.None).ConfigureAwait(false) is { } known)
            {
                figures.Checksum += known.IsDamaged ? 1 : 0;
                figures.Right += known.IsDamaged ? 0 : 1;
                return known.IsDamaged ? null : known.Step;
            }

            var again = entry with { LedgerId = LedgerEntry.NewId() };
            return await ledger.ClaimAsync(again, newest: null, isSeen: true, CancellationToken.None).ConfigureAwait(false)
                ? RequestState.Claimed
                : null;
        }
        catch (LedgerUnavailableException)
        {
            figures.Database++;
            return null;
        }
        catch (SubmissionInDoubtException)
        {
            figures.OtherIndex++;
            return null;
        }
#pragma warning disable CA1031 // Whatever it is: no command would know what to say of it.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            figures.AddDefect($"threw {defect.GetType().Name}: {defect.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    private static async Task<bool> IsWholeAsync(string home)
    {
        try
        {
            var database = new SqliteDatabase(home);
            await using var closing = database.ConfigureAwait(false);
            await database.CheckAsync((_, _) => Task.FromResult(false), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (LedgerUnavailableException)
        {
            return false;
        }
    }

    /// <summary>What was found, and by what.</summary>
    internal sealed class Figures
    {
        private readonly List<string> _wrong = [];

        /// <summary>Rows that are what they were.</summary>
        public int Right { get; set; }

        /// <summary>Rows kept from being sent by an error of the database.</summary>
        public int Database { get; set; }

        /// <summary>Rows kept from being sent by their checksum.</summary>
        public int Checksum { get; set; }

        /// <summary>Rows kept from being sent because another index has them.</summary>
        public int OtherIndex { get; set; }

        /// <summary>Files that the check says are damaged.</summary>
        public int FoundByCheck { get; set; }

        /// <summary>Files with rows that nothing but the check would have kept from being sent.</summary>
        public int OnlyFoundByCheck { get; set; }

        /// <summary>Rows that would be sent although they may have been paid for, in files that the check calls whole.</summary>
        public IReadOnlyList<string> Wrong => _wrong;

        /// <summary>How many those are; not all of them are shown.</summary>
        public int WrongRows { get; private set; }

        /// <summary>Rows kept from being sent by an exception that is no clear error.</summary>
        public int Defects { get; private set; }

        public void AddDefect(string defect)
        {
            Defects++;
            if (!_wrong.Contains(defect))
            {
                _wrong.Add(defect);
            }
        }

        public void Add(string wrong)
        {
            WrongRows++;
            if (_wrong.Count < MostShown)
            {
                _wrong.Add(wrong);
            }
        }

        public override string ToString() =>
            $"{Right} rows right, {Database} stopped by an error of the database, {Checksum} by their checksum, {OtherIndex} by the other index; "
            + $"quick_check found {FoundByCheck} files, {OnlyFoundByCheck} of them with rows that nothing else had stopped; {Defects} stopped by another exception, {WrongRows} rows wrong";
    }
}
