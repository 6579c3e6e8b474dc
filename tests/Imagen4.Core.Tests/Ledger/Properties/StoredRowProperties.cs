using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Results;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;
using Microsoft.Data.Sqlite;

namespace Imagen4.Core.Tests.Ledger.Properties;

/// <summary>Whatever a row of the ledger says: it is read as it was written, and one that is damaged costs no other.</summary>
public sealed class StoredRowProperties : LedgerTest
{
    private static readonly Gen<string> Id = Gen.ArrayOf(Gen.Elements("0123456789abcdef".ToCharArray()), 32).Select(digits => new string(digits));

    private static readonly Gen<long> Time = Gen.Frequency(
        (3, Gen.Choose(0, int.MaxValue).Select(time => (long)time)), (1, Gen.Elements(0L, 1L, RequestColumns.LatestTime)));

    // A row with a zero in its key or its model is refused.
    private static readonly Gen<string> Kept = HostileText.Whole.Select(text => text.Replace("\0", "", StringComparison.Ordinal));

    private static readonly Gen<string?> MaybeKept = Gen.Frequency((1, Gen.Constant<string?>(null)), (3, Kept.Select(text => (string?)text)));

    private static readonly Gen<RequestProgress> Progress =
        from state in Gen.Elements(Enum.GetValues<RequestState>())
        from attempt in Gen.Choose(0, int.MaxValue)
        from id in MaybeKept
        from error in MaybeKept
        from type in MaybeKept
        from delivery in Gen.Frequency((1, MaybeKept), (1, HostileJson.Valid.Select(json => (string?)json)))
        from seed in Gen.Elements<long?>(null, 0, long.MinValue, long.MaxValue)
        from updated in Time
        select new RequestProgress
        {
            State = state, Attempt = attempt, RequestId = id, Error = error, ErrorType = type, Refusal = type, Delivery = delivery, Seed = seed,
            Updated = updated, Accepted = seed is null ? null : updated, Steps = 1,
        };

    private static readonly Gen<StoredRequest> Requests =
        from id in Id
        from row in Id
        from provider in Kept
        from model in Kept
        from key in MaybeKept
        from directory in MaybeKept
        from input in Gen.Frequency((1, Kept), (1, HostileJson.Valid))
        from settings in Gen.Frequency((1, MaybeKept), (1, HostileJson.Valid.Select(json => (string?)json)))
        from index in Gen.Elements(0, 1, int.MinValue, int.MaxValue)
        from started in Time
        from progress in Progress
        select new StoredRequest
        {
            LedgerId = id, Row = row, Subject = row, InputHash = id, Provider = provider, BaseUri = provider, Model = model, Key = key,
            Directory = directory, Input = input, Settings = settings, Index = index, Started = started, Progress = progress,
        };

    private static readonly Gen<Damage> Damages =
        from table in Gen.Elements("request", "progress")
        from column in Gen.Choose(0, 30)
        from value in Gen.OneOf(
            Gen.Elements<object>(DBNull.Value, -1L, 0L, long.MaxValue, long.MinValue, 1.5, double.PositiveInfinity, new byte[] { 0xFF, 0xFE }, Array.Empty<byte>()),
            HostileText.Whole.Select(text => (object)text))
        select new Damage(table, column, value);

    private int _run;

    [Fact]
    public void What_is_written_is_read_back_the_same() => Always.Holds(Requests, longest: 12, async requests =>
    {
        var written = Distinct(requests);
        var home = Home.At($"{_run++}");
        await Sample.PutAsync(home, written);

        await using var store = new LedgerStore(new Core.Ledger.Sqlite.SqliteDatabase(home), TimeProvider.System);
        foreach (var request in written)
        {
            Assert.Equal(request, await store.FindAsync(request.LedgerId, default));
        }

        Assert.Equal(written.Length, await ListAsync(store));
    }, cases: 25);

    [Fact]
    public void A_row_that_is_damaged_costs_no_other() => Always.Holds(
        from request in Requests from damage in Damages select (request, damage), longest: 6, async steps =>
        {
            var written = Distinct([.. steps.Select(step => step.request)]);
            if (written.Length == 0)
            {
                return;
            }

            var home = Home.At($"{_run++}");
            await Sample.PutAsync(home, written);
            await DamageAsync(home, steps[0].damage);

            await using var store = new LedgerStore(new Core.Ledger.Sqlite.SqliteDatabase(home), TimeProvider.System);
            Assert.Equal(written.Length, await ListAsync(store));
            foreach (var request in written.Skip(1))
            {
                Assert.Equal(request, await store.FindAsync(request.LedgerId, default));
            }
        },
        cases: 30);

    [Fact]
    public void Two_requests_never_have_one_default_name_in_a_directory() => Always.Holds(
        from key in Gen.Frequency((2, Gen.Elements("a", "A", "a b", "a-b", "a_2", "con")), (1, HostileText.Whole))
        from prompt in HostileText.Whole
        from images in Gen.Choose(1, 3)
        select (key, prompt, images),
        longest: 5,
        async rows =>
        {
            var ledger = Open();
            var folder = new OutputFolder(Home.At($"{_run++}"), force: false);
            var given = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (key, prompt, count) in rows)
            {
                var entry = Sample.Entry(_run++);
                Assert.True(await ledger.ClaimAsync(entry, newest: null, isSeen: true, default));
                var numbers = Enumerable.Range(1, count).ToList();
                using var names = new DefaultNames(folder, ledger, entry, new FileNameValues { Key = key, Prompt = prompt, Index = 1 }, numbers)
                {
                    Unrecorded = error => throw error,
                };
                foreach (var image in numbers)
                {
                    var name = await names.FirstAsync(image, MediaType.Png, default);
                    Assert.True(given.Add(name), name);
                    Assert.Equal(name, await names.FirstAsync(image, MediaType.Png, default));
                }
            }
        },
        cases: 15);

    private static StoredRequest[] Distinct(StoredRequest[] requests) => [.. requests.DistinctBy(request => request.LedgerId).DistinctBy(request => request.Row)];

    // As users list it: what is kept as JSON is read, too.
    private static async Task<int> ListAsync(LedgerStore store)
    {
        var count = 0;
        await foreach (var (stored, _) in store.ListAsync(new LedgerQuery { WithSuperseded = true }, default))
        {
            var known = new LedgerRequest(stored, "here");
            _ = LedgerObjects.Of<ImagenRequest>(known);
            _ = LedgerObjects.Of<ImagenResult>(known);
            count++;
        }

        return count;
    }

    // Of the first row, a column that is not what other tables know it by.
    private static async Task DamageAsync(string home, Damage damage)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(home, "ledger.db")};Pooling=False");
        await connection.OpenAsync();
        var columns = new List<string>();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of this class and of the schema.
        command.CommandText = $"SELECT name FROM pragma_table_info('{damage.Table}') WHERE pk = 0 AND name NOT IN ('request', 'ledger_id')";
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                columns.Add(reader.GetString(0));
            }
        }

        var key = damage.Table == "request" ? "id" : "request";
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; UPDATE OR IGNORE {damage.Table} SET {columns[damage.Column % columns.Count]} = $value WHERE {key} = (SELECT min({key}) FROM {damage.Table})");
#pragma warning restore CA2100
        _ = command.Parameters.AddWithValue("$value", damage.Value);
        _ = await command.ExecuteNonQueryAsync();
    }

    private sealed record Damage(string Table, int Column, object Value);
}
