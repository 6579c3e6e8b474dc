using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What a row costs does not grow with what has been submitted before.</summary>
public sealed class LongHistoryTests : LedgerTest
{
    [Fact]
    public async Task The_newest_of_twenty_thousand_submissions_of_one_row_is_found_without_reading_the_others()
    {
        var entry = Sample.Entry(1);
        await Sample.PutAsync(
            Home.Path,
            [.. Enumerable.Range(1, 20_000).Select(number =>
                Sample.Stored(entry with { LedgerId = LedgerEntry.NewId() }, RequestState.Rejected) with { Generation = number })]);
        var ledger = Open();

        Assert.IsType<ClaimOutcome.Submit>(await new RowClaims(ledger, (known, _) => Task.FromResult<LedgerRequest?>(known), new SkippingTime())
            .ClaimAsync(entry, named: null, CancellationToken.None).InTime());

        Assert.Equal(20_001, ledger.OfRow(entry.Row!)!.Stored.Generation);
        Assert.Equal(["SEARCH"], Plans(LedgerQueries.NewestOfRow(entry.Row!.Row), LedgerChanges.Claim(ledger.OfRow(entry.Row)!.Stored, seen: null)));
    }

    [Fact]
    public async Task Every_look_is_by_an_index()
    {
        Assert.True(await Open().ClaimAsync(Sample.Entry(1), newest: null, isSeen: true, CancellationToken.None));
        var id = new string('a', 32);

        Assert.Equal(["SEARCH"], Plans(
            LedgerQueries.ByLedgerId(id), LedgerQueries.NewestOfRow(id), LedgerQueries.OfImage(new string('a', 64)),
            LedgerQueries.FileNames(id, "/out"), LedgerQueries.ByRequestId("r"), LedgerQueries.Newest,
            LedgerQueries.IsNewer(id, 1), LedgerQueries.HasRequests(1), LedgerQueries.HeldSince(id, 1), LedgerQueries.SyncResult("a", "b"), LedgerQueries.Image(1, 1, 0)));
    }

    [Fact]
    public async Task Rows_with_prompts_of_a_megabyte_are_known_by_their_marks()
    {
        var input = new ImageInput { Prompt = new string('f', 1 << 20) };
        var entry = Sample.Entry(1) with { Input = input };
        Assert.True(await Open().ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None));

        var known = Open().OfRow(entry.Row!)!;

        Assert.True(RowRules.IsSameInput(known, entry.Row!.InputHash));
        Assert.Equal(input, known.Input);
    }

    // How SQLite goes about each statement: SEARCH is by an index, SCAN is through all there is.
    private IEnumerable<string> Plans(params Statement[] statements)
    {
        using var connection = Database.OpenToRead()!;
        var plans = new List<string>();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + statement.Sql;
            foreach (var (name, value) in statement.Values)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
                command.Parameters.Add(parameter);
            }

            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                plans.Add(reader.GetString(3).Replace("SCAN CONSTANT ROW", "", StringComparison.Ordinal).Split(' ')[0]);
            }
        }

        return plans.Where(plan => plan is "SEARCH" or "SCAN").Distinct();
    }
}
