using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;
using Microsoft.Data.Sqlite;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>What a batch leaves on the disk is its rows, not the log it wrote them by.</summary>
public sealed class LedgerLogTests : LedgerTest
{
    private const int Rows = 6;

    // The log is begun anew at four megabytes; these rows take two.
    private static readonly string Prompt = new('x', 340_000);

    [Fact]
    public async Task The_log_is_given_back_once_nothing_of_this_process_is_under_way()
    {
        var ledger = Open();
        var entries = await AcceptAsync(ledger);

        foreach (var entry in entries.Skip(1))
        {
            await ledger.ReleaseAsync(entry.LedgerId);
        }

        Assert.InRange(LogLength, 1_100_000, 8_000_000);
        await ledger.ReleaseAsync(entries[0].LedgerId);
        Assert.Equal(0, LogLength);
        Assert.Equal(Rows, All().Count(known => known.Step == RequestState.Accepted));
    }

    [Fact]
    public async Task Where_somebody_reads_the_log_stays_and_nobody_waits()
    {
        var ledger = Open();
        var entries = await AcceptAsync(ledger);
        await using var reader = new SqliteConnection($"Data Source={Home.At("ledger.db")};Mode=ReadOnly;Pooling=False");
        await reader.OpenAsync();
        await using var transaction = await reader.BeginTransactionAsync();
        await using var command = reader.CreateCommand();
        command.CommandText = "SELECT count(*) FROM request";
        Assert.Equal((long)Rows, await command.ExecuteScalarAsync());

        foreach (var entry in entries)
        {
            await ledger.ReleaseAsync(entry.LedgerId).InTime();
        }

        Assert.InRange(LogLength, 1_100_000, 8_000_000);
        Assert.Equal(Rows, All().Count(known => known.Step == RequestState.Accepted));
    }

    private long LogLength => new FileInfo(Home.At("ledger.db-wal")).Length;

    private static async Task<IReadOnlyList<LedgerEntry>> AcceptAsync(RequestLedger ledger)
    {
        var entries = Enumerable.Range(1, Rows).Select(Large).ToList();
        foreach (var entry in entries)
        {
            Assert.True(await ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None));
            await ledger.RecordAsync(RequestState.Intent, entry, CancellationToken.None);
            await ledger.RecordAsync(RequestState.Accepted, entry with { RequestId = $"id-{entry.Index}" }, CancellationToken.None);
        }

        return entries;
    }

    private static LedgerEntry Large(int number) => Sample.Entry(number) with { Input = Sample.Entry(number).Input with { Prompt = Prompt } };
}
