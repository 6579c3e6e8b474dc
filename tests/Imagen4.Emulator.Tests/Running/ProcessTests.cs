using System.Diagnostics;
using System.Text.RegularExpressions;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Running;

/// <summary>The program itself, in a process of its own.</summary>
public sealed partial class ProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Says_its_address_first_works_and_ends_with_its_stdin()
    {
        using var process = Start("--end-with-stdin", "--generation-time", "0");
        var address = await ReadAddressAsync(process);
        using var client = new FalClient(address);
        Assert.Equal(200, (await client.ResultAsync(await client.SubmitPromptAsync("a red fox"))).Status);

        // An open stream and a hanging call must not hold it back.
        await using var stream = await client.StreamAsync(await client.SubmitPromptAsync("[emulator:seconds=60]"));
        process.StandardInput.Close();

        await process.WaitForExitAsync().WaitAsync(Deadline);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task Goes_on_without_stdin_unless_told_otherwise()
    {
        using var process = Start("--generation-time", "0");
        var address = await ReadAddressAsync(process);
        process.StandardInput.Close();

        using var client = new FalClient(address);
        Assert.Equal(200, (await client.SubmitAsync("""{"prompt":"a"}""")).Status);
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Deadline);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ctrl_C_ends_it_unless_it_ends_with_its_stdin(bool endsWithStdin)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There it has no console, and so nothing to hear Ctrl+C from.
        }

        using var process = endsWithStdin ? Start("--end-with-stdin", "--generation-time", "0") : Start();
        using var client = new FalClient(await ReadAddressAsync(process));
        using var kill = Process.Start("sh", ["-c", $"kill -INT {process.Id}"]);
        await kill.WaitForExitAsync().WaitAsync(Deadline);

        if (endsWithStdin)
        {
            Assert.Equal(200, (await client.ResultAsync(await client.SubmitPromptAsync("a red fox"))).Status);
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync().WaitAsync(Deadline);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Port_in_use_is_one_line_and_exit_code_1()
    {
        await using var first = await EmulatorServer.StartAsync(new EmulatorOptions());

        var (exitCode, output, error) = await RunAsync("--port", $"{first.Address.Port}");

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains($"127.0.0.1:{first.Address.Port}", Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_arguments_are_one_line_and_exit_code_2()
    {
        var (exitCode, output, error) = await RunAsync("--slots", "none");

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains("--slots", Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_argument()
    {
        var (exitCode, output, _) = await RunAsync("--help");

        Assert.Equal(0, exitCode);
        string[] names = ["--port", "--slots", "--generation-time", "--key", "--schema", "--end-with-stdin"];
        Assert.All(names, name => Assert.Contains(name, output, StringComparison.Ordinal));
    }

    private static async Task<Uri> ReadAddressAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline);
        var match = FirstLine.Match(line ?? "");
        Assert.True(match.Success, $"The first line is '{line}'.");
        return new Uri(match.Groups[1].Value);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return (process.ExitCode, await output, await error);
    }

    private static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Imagen4.Emulator.dll");
        // A shell starts what runs in the background, these tests perhaps, without Ctrl+C, and that is inherited.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        return Process.Start(new ProcessStartInfo(command[0], [.. command[1..], program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    [GeneratedRegex(@"^Imagen4 emulator listening on (http://127\.0\.0\.1:[0-9]+)$")]
    private static partial Regex FirstLine { get; }
}
