using System.Diagnostics;

namespace Imagen4.Core.Tests.Support;

/// <summary>Another process that works on a ledger. It ends with the test.</summary>
internal sealed class TortureProcess : IDisposable
{
    // From its own folder, with the packages it has there: beside the tests it would miss what those take from ASP.NET Core.
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace("Imagen4.Core.Tests", "Imagen4.Torture", StringComparison.Ordinal), "Imagen4.Torture.dll");

    // Ends a test that hangs. Sixteen of these at once take a machine that is busy elsewhere a minute and more.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    private TortureProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static TortureProcess Start(params string[] arguments) => new(Process.Start(Prepare(arguments))!);

    /// <summary>Starts it with one more variable in its environment.</summary>
    public static TortureProcess StartWith(string variable, string value, params string[] arguments)
    {
        var start = Prepare(arguments);
        start.Environment[variable] = value;
        return new TortureProcess(Process.Start(start)!);
    }

    /// <summary>Starts it with one more variable in its environment, set to 1, and hears what goes wrong.</summary>
    public static TortureProcess Start(string variable, string[] arguments)
    {
        var start = Prepare(arguments);
        start.RedirectStandardError = true;
        start.Environment[variable] = "1";
        return new TortureProcess(Process.Start(start)!);
    }

    /// <summary>Starts it by another command, which runs it as another user.</summary>
    public static TortureProcess StartAs(string[] command, params string[] arguments) => new(Process.Start(
        new ProcessStartInfo(command[0], [.. command[1..], "dotnet", Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);

    /// <summary>All it says about what went wrong.</summary>
    public Task<string> ReadErrorsAsync() => _process.StandardError.ReadToEndAsync().WaitAsync(Deadline);

    /// <summary>The next line it says; null at its end.</summary>
    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Deadline);

    /// <summary>The lines it says until one of them.</summary>
    public async Task<IReadOnlyList<string>> ReadUntilAsync(string last)
    {
        var lines = new List<string>();
        for (string? line; (line = await ReadAsync()) is not null && line != last;)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Tells it to go on.</summary>
    public void Go() => _process.StandardInput.WriteLine();

    /// <summary>Ends it as a power failure would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Prepare(string[] arguments) => new("dotnet", [Program, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    };
}
