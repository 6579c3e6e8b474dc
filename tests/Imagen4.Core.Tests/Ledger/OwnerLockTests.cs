using Imagen4.Core.Ledger;
using Imagen4.Core.Tests.Support;
using Xunit.Abstractions;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Whether a process lives is told by its lock, whatever its number and however it ended.</summary>
public sealed class OwnerLockTests(ITestOutputHelper output) : LedgerTest
{
    [Fact]
    public async Task A_living_process_is_told_from_a_killed_one()
    {
        using var process = TortureProcess.Start("owner", Home.Path);
        var owner = (await process.ReadAsync())!;
        Assert.True(OwnerLock.IsAlive(Folder, owner));
        Assert.True(OwnerLock.AnyOther(Folder, "somebody"));
        Assert.False(OwnerLock.AnyOther(Folder, owner));

        process.Kill();

        Assert.True(File.Exists(Folder.OwnerLock(owner)));
        Assert.False(OwnerLock.IsAlive(Folder, owner));
        Assert.False(OwnerLock.AnyOther(Folder, "somebody"));
    }

    [Fact]
    public async Task This_process_lives_until_its_ledger_is_closed_and_leaves_no_lock()
    {
        var ledger = new RequestLedger(Home.Path, TimeProvider.System);
        var owner = ledger.Owner;
        Assert.True(OwnerLock.IsAlive(Folder, owner));

        await ledger.DisposeAsync();

        Assert.False(OwnerLock.IsAlive(Folder, owner));
        Assert.False(File.Exists(Folder.OwnerLock(owner)));
    }

    [Fact]
    public async Task Another_users_process_is_told_from_one_that_has_ended_where_its_lock_may_be_read()
    {
        if (OperatingSystem.IsWindows() || !CanBeNobody())
        {
            output.WriteLine("!! NOT RUN: this test has to be root, to run a process as nobody.");
            return;
        }

        foreach (var folder in (string[])[Home.Path, Folder.Root, Folder.Owners])
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        using var process = TortureProcess.Start("owner", Home.Path);
        var owner = (await process.ReadAsync())!;
        File.SetUnixFileMode(Folder.OwnerLock(owner), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
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
    public void Another_process_with_the_number_of_a_dead_one_is_another_owner()
    {
        var dead = $"20260101T000000-{Environment.ProcessId}-00000001";
        File.WriteAllText(Folder.OwnerLock(dead), "");

        var ledger = Open();

        Assert.NotEqual(dead, ledger.Owner);
        Assert.Contains($"-{Environment.ProcessId}-", ledger.Owner, StringComparison.Ordinal);
        Assert.False(OwnerLock.IsAlive(Folder, dead));
    }

    private static bool CanBeNobody() => Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv");

    private async Task<string> LookAsNobodyAsync(string owner)
    {
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        using var process = TortureProcess.StartAs(nobody, "alive", Home.Path, owner);
        return await process.ReadAsync() ?? "";
    }
}
