using System.Diagnostics;
using System.Globalization;
using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>Where batches run that are killed: a home and a folder for images, which go with it.</summary>
/// <param name="ledger">The database of its ledger; null for a file in its home.</param>
/// <param name="prefix">How its name begins.</param>
internal sealed class TorturePlace(string? ledger, string prefix) : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory(prefix).FullName;

    /// <summary>Where images go.</summary>
    public string Output => Path.Combine(_path, "out");

    /// <summary>How many files of its folder are not whole.</summary>
    public int Partial => Directory
        .EnumerateFiles(Output, "*.partial", new EnumerationOptions { AttributesToSkip = FileAttributes.None })
        .Count();

    /// <summary>Starts a batch in a process of its own.</summary>
    /// <param name="address">The emulator.</param>
    /// <param name="name">Tells its prompts from those of other batches.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="hosts">The providers, which the rows have in turn.</param>
    /// <param name="end">The step of the ledger where it kills itself; null to go on.</param>
    /// <param name="pixels">The longer side of its images.</param>
    public Process Start(
        Uri address, string name, int rows, IReadOnlyList<string> hosts, string? end, int pixels = TortureBatch.SmallPixels)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "exec", typeof(TorturePlace).Assembly.Location, "batch", Path.Combine(_path, "home"), address.AbsoluteUri, Output, name,
                $"{rows}", end ?? "-", string.Join(',', hosts), pixels.ToString(CultureInfo.InvariantCulture),
            },
        };
        start.Environment[LedgerCatalog.Variable] = ledger;
        return Process.Start(start)!;
    }

    /// <summary>Runs a batch to its end.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> RunAsync(Uri address, string name, int rows, IReadOnlyList<string> hosts, int pixels = TortureBatch.SmallPixels)
    {
        using var child = Start(address, name, rows, hosts, end: null, pixels);
        var said = await child.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await child.WaitForExitAsync().ConfigureAwait(false);
        return said;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}
