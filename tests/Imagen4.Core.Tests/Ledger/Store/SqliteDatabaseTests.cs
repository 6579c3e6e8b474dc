using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Imagen4.Core.Tests.Ledger.Store;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TempFolder _home = new();

    private string File => _home.At("ledger.db");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Reading_where_there_is_no_ledger_creates_nothing()
    {
        await using var store = Open();

        Assert.Null(await store.FindRowAsync(new string('a', 32), default));
        Assert.Empty(_home.Names);
    }

    [Fact]
    public async Task The_files_are_their_users_alone()
    {
        var home = _home.At("state");
        await using var store = new LedgerStore(new SqliteDatabase(home), TimeProvider.System);
        _ = await store.ClaimAsync(Request(), default);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(home));
            foreach (var file in Directory.GetFiles(home))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task A_newer_version_is_refused_for_reading_and_for_writing()
    {
        await ClaimAsync();
        Execute("PRAGMA user_version = 99");

        await using var store = Open();
        var reading = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.FindRowAsync(new string('a', 32), default));
        var writing = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));

        Assert.Equal($"{File} is in version 99 of the ledger's format; this module reads up to version {LedgerSchema.Version}. Update the module.", reading.Message);
        Assert.Equal(reading.Message, writing.Message);
    }

    [Theory]
    [InlineData("UPDATE request SET input = replace(input, 'fox', 'cat')")]
    [InlineData("UPDATE request SET generation = 7")]
    [InlineData("UPDATE progress SET state = 9")]
    [InlineData("UPDATE progress SET owner = NULL")]
    [InlineData("UPDATE request SET content_check = content_check + 1")]
    [InlineData("DELETE FROM progress")]
    public async Task A_request_whose_checksum_is_wrong_is_damage_and_not_a_new_row(string damage)
    {
        var claimed = await ClaimAsync();
        Execute(damage);

        await using var store = Open();

        Assert.True((await store.FindRowAsync(claimed.Row!, default))!.IsDamaged);
        Assert.True((await store.FindRowAsync(claimed.Row!, default))!.IsDamaged);
    }

    [Theory]
    [InlineData("UPDATE upload SET address = 'https://else.example/1'")]
    [InlineData("UPDATE upload SET valid_until = valid_until + 1")]
    [InlineData("UPDATE upload SET valid_until = 'never'")]
    public async Task An_upload_whose_checksum_is_wrong_is_not_known(string damage)
    {
        var upload = new StoredUpload(
            new UploadPlace("https://rest.example", new string('a', 32), new string('b', 64), "image/png"), "https://files.example/1", long.MaxValue / 2);
        await using var store = Open();
        await store.KeepUploadAsync(upload);
        Assert.Equal(upload, await store.FindUploadAsync(upload.Place, default));
        Execute(damage);

        Assert.Null(await store.FindUploadAsync(upload.Place, default));
    }

    [Fact]
    public async Task A_file_that_was_cut_to_nothing_is_damaged_and_one_that_was_deleted_is_begun_anew()
    {
        var claimed = await ClaimAsync();
        System.IO.File.WriteAllBytes(File, []);
        Array.ForEach(Directory.GetFiles(_home.Path, "ledger.db-*"), System.IO.File.Delete);

        await using (var store = Open())
        {
            var reading = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.FindRowAsync(claimed.Row!, default));
            var writing = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));
            Assert.Equal(
                $"The ledger in {File} is damaged, and nothing is submitted: it is empty, although it had requests before. Restore it from a backup. A new one knows none of its rows and pays for each of them again; Get-ImagenLedger -Verify lists the damage.",
                reading.Message);
            Assert.Equal(reading.Message, writing.Message);
        }

        System.IO.File.Delete(File);
        _ = await ClaimAsync();
    }

    [Fact]
    public async Task A_log_that_a_deleted_ledger_has_left_says_nothing_of_the_next_one()
    {
        var logs = new Dictionary<string, byte[]>();
        StoredRequest old;
        await using (var store = Open())
        {
            old = (await store.ClaimAsync(Request(), default))!;
            foreach (var log in Directory.GetFiles(_home.Path, "ledger.db-*"))
            {
                using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                file.ReadExactly(logs[log] = new byte[file.Length]);
            }
        }

        // As a process leaves it that was killed, whose ledger was deleted and the rest was not.
        System.IO.File.Delete(File);
        Assert.Contains(logs, log => log.Value.Length > 0 && log.Key.EndsWith("-wal", StringComparison.Ordinal));
        foreach (var (log, bytes) in logs)
        {
            System.IO.File.WriteAllBytes(log, bytes);
        }

        await using (var store = Open())
        {
            Assert.Null(await store.FindRowAsync(old.Row!, default));
        }

        var begun = await ClaimAsync();
        await using var again = Open();
        Assert.NotEqual(old.LedgerId, begun.LedgerId);
        Assert.Null(await again.FindAsync(old.LedgerId, default));
        Assert.Equal(begun, await again.FindRowAsync(begun.Row!, default));
        await new SqliteDatabase(_home.Path).CheckAsync((_, _) => Task.FromResult(true), default);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_page_is_found_a_day_later_and_at_once_where_a_process_ended_at_work(bool endsAtWork)
    {
        var time = new ManualTime();
        await using (var first = new LedgerStore(new SqliteDatabase(_home.Path) { Time = time }, time))
        {
            foreach (var row in Enumerable.Range(0, 200))
            {
                _ = await first.ClaimAsync(Request() with { Row = row.ToString("x32", System.Globalization.CultureInfo.InvariantCulture) }, default);
            }

            if (!endsAtWork)
            {
                await first.DisposeAsync();
            }
        }

        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        using (var file = new FileStream(File, FileMode.Open))
        {
            file.Position = file.Length - 4096;
            file.Write(new byte[4096]);
        }

        if (endsAtWork)
        {
            var left = _home.At("owners/1.lock");
            System.IO.File.WriteAllText(left, "");
            System.IO.File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-1));
        }

        time.Advance(endsAtWork ? TimeSpan.Zero : TimeSpan.FromDays(2));
        await using var store = new LedgerStore(new SqliteDatabase(_home.Path) { Time = endsAtWork ? TimeProvider.System : time }, time);
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));
        Assert.StartsWith($"The ledger in {File} is damaged, and nothing is submitted: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said_to_be_damaged()
    {
        System.IO.File.WriteAllText(File, new string('x', 8192));

        await using var store = Open();
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));

        Assert.StartsWith($"The ledger in {File} is damaged, and nothing is submitted: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_another_program_holds_is_said_to_be_locked()
    {
        var claimed = await ClaimAsync();
        using var other = Connect();
        using var holding = other.BeginTransaction(deferred: false);

        await using var store = new LedgerStore(new SqliteDatabase(_home.Path) { BusyTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.AdoptAsync(claimed, default));

        Assert.Equal($"The ledger in {File} has been locked by another program for too long, and nothing more is submitted.", error.Message);
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_said_to_be_unwritable()
    {
        System.IO.File.WriteAllText(_home.At("state"), "");

        await using var store = new LedgerStore(new SqliteDatabase(_home.At("state")), TimeProvider.System);
        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.ClaimAsync(Request(), default));

        Assert.StartsWith($"The ledger in {_home.At("state/ledger.db")} cannot be written, and nothing more is submitted: ", error.Message, StringComparison.Ordinal);
    }

    private LedgerStore Open() => new(new SqliteDatabase(_home.Path), TimeProvider.System);

    private async Task<StoredRequest> ClaimAsync()
    {
        await using var store = Open();
        return (await store.ClaimAsync(Request(), default))!;
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        _ = command.ExecuteNonQuery();
    }

    private static StoredRequest Request() => new()
    {
        LedgerId = LedgerEntry.NewId(),
        Row = new string('a', 32),
        Provider = "fal",
        BaseUri = "https://queue.fal.run",
        Model = "fal-ai/imagen4/preview",
        Input = """{"prompt":"a fox"}""",
    };
}
