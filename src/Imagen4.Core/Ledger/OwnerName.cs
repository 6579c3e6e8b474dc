using System.Globalization;
using Imagen4.Core.Media;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The name of a process in the ledger: when it began to write, its number, a mark that tells it from others of that number, its machine.
/// </summary>
/// <param name="ProcessId">The process's number.</param>
/// <param name="Machine">The machine it runs on.</param>
internal sealed record OwnerName(string ProcessId, string Machine)
{
    private const int LongestMachine = 63;

    /// <summary>A new name for this process. It is part of file names.</summary>
    public static string New(TimeProvider time)
    {
        var machine = SafeFileName.Part(Environment.MachineName, LongestMachine).Replace('.', '-');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{time.GetUtcNow():yyyyMMdd'T'HHmmss}-{Environment.ProcessId}-{Random.Shared.Next():x8}-{machine}");
    }

    /// <summary>What a name says; null where it is none.</summary>
    public static OwnerName? Parse(string name) => name.Split('-', 4) switch
    {
        [_, var process, _, var machine] => new OwnerName(process, machine),
        [_, var process, _] => new OwnerName(process, Environment.MachineName),
        _ => null,
    };
}
