using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger;

/// <summary>Two users of one machine, with a folder for temporary files that is everybody's, as /tmp is.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TwoUsersTests : IDisposable
{
    private const int One = 61001;
    private const int Other = 61002;

    private static readonly string Torture = Path.Combine(
        AppContext.BaseDirectory.Replace("Imagen4.Core.Tests", "Imagen4.Torture", StringComparison.Ordinal), "Imagen4.Torture.dll");

    private static readonly string Emulator = Path.Combine(AppContext.BaseDirectory.Replace(
        Path.Combine("tests", "Imagen4.Core.Tests"), Path.Combine("src", "Imagen4.Emulator"), StringComparison.Ordinal), "Imagen4.Emulator.dll");

    private readonly TempFolder _shared = new();

    public void Dispose() => _shared.Dispose();

    [SkippableFact]
    public async Task Neither_reads_changes_or_stops_anything_of_the_other()
    {
        Skip.If(
            OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/setpriv"),
            "NOT RUN: this test has to be root on Linux, with setpriv, to run processes as two other users.");
        Skip.If(
            (await AsAsync(One, "test", "-r", Torture)).Exit != 0, "NOT RUN: other users cannot read the programs of this checkout.");
        File.SetUnixFileMode(_shared.Path, (UnixFileMode)0b1_111_111_111);

        using var one = await EmulatorOf.StartAsync(One, _shared.Path);
        using var other = await EmulatorOf.StartAsync(Other, _shared.Path);
        var home = _shared.At("home-one");
        Assert.Equal(["row 1 Delivered ", "row 2 Delivered "], await RowsAsync(One, home, one.Address));

        // The ledger, its locks and its images' names are their user's alone; what is temporary has left nothing behind.
        var files = Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories).Append(home).ToList();
        Assert.Contains(files, file => Path.GetFileName(file) == "ledger.db");
        Assert.All(files.Where(file => new FileInfo(file) is not { Exists: true, Length: 0 } || file.EndsWith(".lock", StringComparison.Ordinal)), file => Assert.Equal(0, (int)File.GetUnixFileMode(file) & 0b111_111));
        Assert.DoesNotContain(_shared.Names, name => name.StartsWith("imagen4", StringComparison.Ordinal));
        foreach (var file in files)
        {
            Assert.NotEqual(0, (await AsAsync(Other, "ls", "-d", Path.Combine(file, "."))).Exit);
            Assert.NotEqual(0, (await AsAsync(Other, "cat", file)).Exit);
            Assert.NotEqual(0, (await AsAsync(Other, "touch", "-c", file)).Exit);
        }

        // Who is given that folder for a state folder is refused it, and changes nothing in it.
        var before = Digests(home);
        var refused = await RunRowsAsync(Other, home, other.Address);
        Assert.NotEqual(0, refused.Exit);
        Assert.Contains(home, refused.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("Delivered", refused.Said, StringComparison.Ordinal);
        Assert.Equal(before, Digests(home));

        // With a folder of their own they know nothing of each other's rows.
        Assert.Equal(["row 1 Delivered ", "row 2 Delivered "], await RowsAsync(Other, _shared.At("home-other"), other.Address));

        // Neither does the one's emulator answer the other.
        foreach (var question in (string[])["GET /_emulator/bills", "POST /_emulator/reset", "GET /", "GET /fal-ai/imagen4/requests/x/status"])
        {
            Assert.StartsWith("HTTP/1.1 403 ", await AskAsync(Other, one.Address, question), StringComparison.Ordinal);
        }

        var bills = await AskAsync(One, one.Address, "GET /_emulator/bills");
        Assert.Equal(2, bills.Split("a red fox, number ").Length - 1);
        Assert.Equal(2, (await AskAsync(Other, other.Address, "GET /_emulator/bills")).Split("a red fox, number ").Length - 1);
        Assert.NotEqual(0, (await AsAsync(Other, "kill", "-9", $"{one.Id}")).Exit);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(One, one.Address, "GET /_emulator/summary"), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Digests(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];

    private async Task<IReadOnlyList<string>> RowsAsync(int user, string home, Uri address) =>
        [.. (await RunRowsAsync(user, home, address)).Said.Split('\n').Where(line => line.StartsWith("row ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private Task<(int Exit, string Said)> RunRowsAsync(int user, string home, Uri address) => AsAsync(
        user, "env", $"TMPDIR={_shared.Path}", "dotnet", Torture, "rows", home, address.AbsoluteUri, _shared.At($"out-{user}"), "2");

    // A client that is on every Linux.
    private static async Task<string> AskAsync(int user, Uri address, string question)
    {
        var request = $@"{question} HTTP/1.1\r\nHost: 127.0.0.1:{address.Port}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        return (await AsAsync(user, "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{address.Port}; printf '{request}' >&3; cat <&3")).Said;
    }

    private static async Task<(int Exit, string Said)> AsAsync(int user, params string[] command)
    {
        using var process = Process.Start(Prepare(user, command))!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync().InTime() + await errors.InTime();
        await process.WaitForExitAsync().InTime();
        return (process.ExitCode, said);
    }

    private static ProcessStartInfo Prepare(int user, string[] command) => new(
        "/usr/bin/setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", .. command])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
    };

    private sealed class EmulatorOf(Process process, Uri address) : IDisposable
    {
        public Uri Address => address;

        public int Id => process.Id;

        public static async Task<EmulatorOf> StartAsync(int user, string temporary)
        {
            var process = Process.Start(Prepare(user, ["env", $"TMPDIR={temporary}", "dotnet", Emulator, "--end-with-stdin"]))!;
            var greeting = await process.StandardOutput.ReadLineAsync().InTime();
            return new EmulatorOf(process, new Uri(greeting!.Split(' ')[^1]));
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
