using System.Globalization;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;
using Imagen4.Torture;
using Xunit.Abstractions;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Whether a process lives is told by its lock, whatever its number and however it ended.</summary>
public sealed class OwnerLockTests(ITestOutputHelper output) : LedgerTest
{
    private string Owners => Home.At("owners");

    [Fact]
    public async Task A_living_process_is_told_from_a_killed_one()
    {
        using var process = TortureProcess.Start("owner", Home.Path);
        var owner = await OwnerAsync(process);
        Assert.True(Database.IsAlive(owner));

        process.Kill();

        Assert.True(File.Exists(Lock(owner)));
        Assert.False(Database.IsAlive(owner));
    }

    [Fact]
    public async Task A_link_in_a_folder_of_locks_that_others_may_write_to_is_not_followed()
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("!! NOT RUN: Windows keeps others out of the folder by other means.");
            return;
        }

        var victim = Home.At("victim.txt");
        await File.WriteAllTextAsync(victim, "precious");
        File.SetUnixFileMode(victim, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(Owners);
        foreach (var owner in Enumerable.Range(1, 9))
        {
            File.CreateSymbolicLink(Lock(owner), victim);
        }

        File.SetUnixFileMode(Owners, (UnixFileMode)511);
        await using (var store = new LedgerStore(Database, TimeProvider.System))
        {
            var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.OwnerAsync(CancellationToken.None));
            Assert.IsType<UntrustedStateException>(error.InnerException);
            Assert.StartsWith("chmod 700 ", error.NextCommand, StringComparison.Ordinal);
        }

        Assert.Equal("precious", await File.ReadAllTextAsync(victim));
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_named()
    {
        await File.WriteAllTextAsync(Owners, "");
        await using var store = new LedgerStore(Database, TimeProvider.System);

        var error = await Assert.ThrowsAsync<LedgerUnavailableException>(() => store.OwnerAsync(CancellationToken.None));

        Assert.Contains(Owners, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task This_process_lives_until_its_ledger_is_closed_and_leaves_no_lock()
    {
        var store = new LedgerStore(Database, TimeProvider.System);
        var owner = (await store.OwnerAsync(CancellationToken.None)).Id;
        Assert.True(Database.IsAlive(owner));

        await store.DisposeAsync();

        Assert.False(Database.IsAlive(owner));
        Assert.False(File.Exists(Lock(owner)));
    }

    [Fact]
    public async Task Another_users_process_is_told_from_one_that_has_ended_where_its_lock_may_be_read()
    {
        if (OperatingSystem.IsWindows() || !CanBeNobody())
        {
            output.WriteLine("!! NOT RUN: this test has to be root, to run a process as nobody.");
            return;
        }

        using var process = TortureProcess.Start("owner", Home.Path);
        var owner = await OwnerAsync(process);
        foreach (var folder in (string[])[Home.Path, Owners])
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        File.SetUnixFileMode(Lock(owner), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Equal("alive", await LookAsNobodyAsync(owner));

        process.Kill();

        Assert.Equal("gone", await LookAsNobodyAsync(owner));
    }

    [Fact]
    public async Task Where_files_cannot_be_locked_there_is_no_ledger()
    {
        using var process = TortureProcess.Start("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", ["owner", Home.Path]);

        Assert.Contains("cannot be locked", await process.ReadErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_was_deleted_while_it_was_open_is_begun_anew_with_an_owner_of_its_own()
    {
        var ledger = Open();
        Assert.True(await ledger.ClaimAsync(Sample.Entry(1), newest: null, isSeen: true, CancellationToken.None));
        Assert.NotNull(ledger.OfRow(Sample.Entry(1).Row!));
        Directory.Delete(Home.Path, recursive: true);

        Assert.True(await ledger.ClaimAsync(Sample.Entry(2), newest: null, isSeen: true, CancellationToken.None));

        Assert.Null(ledger.OfRow(Sample.Entry(1).Row!));
        var known = Open().OfRow(Sample.Entry(2).Row!)!;
        Assert.True(Database.IsAlive(known.Owner!.Value));
    }

    [Fact]
    public async Task What_could_not_be_given_back_is_others_once_this_process_works_on_nothing_any_more()
    {
        var ledger = Open();
        var entry = Sample.Entry(1);
        Assert.True(await ledger.ClaimAsync(entry, newest: null, isSeen: true, CancellationToken.None));
        await ledger.RecordAsync(RequestState.Intent, entry, CancellationToken.None);
        await ledger.RecordAsync(RequestState.Throttled, entry, CancellationToken.None);
        var owner = ledger.OwnerId!.Value;
        Execute("CREATE TRIGGER full BEFORE UPDATE ON progress BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

        await ledger.ReleaseAsync(entry.LedgerId);

        Assert.False(Database.IsAlive(owner));
        Execute("DROP TRIGGER full");
        var turn = await new RowClaims(Open(), (known, _) => Task.FromResult<LedgerRequest?>(known), new SkippingTime())
            .ClaimAsync(entry with { LedgerId = LedgerEntry.NewId() }, named: null, CancellationToken.None).InTime();
        Assert.IsType<ClaimOutcome.Submit>(turn);
        Assert.True(await ledger.ClaimAsync(Sample.Entry(2), newest: null, isSeen: true, CancellationToken.None));
        Assert.NotEqual(owner, ledger.OwnerId);
    }

    private void Execute(string sql)
    {
        using var connection = Database.OpenToRead()!;
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        _ = command.ExecuteNonQuery();
    }

    private static bool CanBeNobody() => Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv");

    private string Lock(long owner) => Path.Combine(Owners, string.Create(CultureInfo.InvariantCulture, $"{owner}.lock"));

    private static async Task<long> OwnerAsync(TortureProcess process) => long.Parse((await process.ReadAsync())!, CultureInfo.InvariantCulture);

    private async Task<string> LookAsNobodyAsync(long owner)
    {
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        using var process = TortureProcess.StartAs(nobody, "alive", Home.Path, $"{owner}");
        return await process.ReadAsync() ?? "";
    }
}
