using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Imagen4.Emulator.Http;

/// <summary>
/// Keeps the other users of the machine off the emulator, where the system says whose a connection is: on Linux. Who may connect to a port
/// of this machine is anybody on it, and the emulator knows prompts.
/// </summary>
internal static class OwnUser
{
    private const string Connections = "/proc/net/tcp";
    private const string Status = "/proc/self/status";

    private const string Detail = """{"detail":"This emulator is another user's: start your own"}""";

    private static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        $"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: {Detail.Length}\r\nConnection: close\r\n\r\n{Detail}");

    private static readonly uint? Own = ReadOwn();

    /// <summary>Answers connections of this user and of root, and no others.</summary>
    public static ConnectionDelegate Wrap(ConnectionDelegate next) => async connection =>
    {
        if (connection is { RemoteEndPoint: IPEndPoint from, LocalEndPoint: IPEndPoint to } && Own is { } own && !await IsOfAsync(own, from, to, connection.ConnectionClosed))
        {
            await connection.Transport.Output.WriteAsync(Refusal, connection.ConnectionClosed);
            return;
        }

        await next(connection);
    };

    // A connection that is in no table is gone.
    private static async Task<bool> IsOfAsync(uint own, IPEndPoint from, IPEndPoint to, CancellationToken cancellationToken)
    {
        var pair = $" {Written(from)} {Written(to)} ";
        await foreach (var line in File.ReadLinesAsync(Connections, cancellationToken))
        {
            if (!line.Contains(pair, StringComparison.Ordinal))
            {
                continue;
            }

            // Number, addresses, state, queues, timers, retransmissions; then the user, a timeout and the inode, which is 0 once nobody has it.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 9 && fields[9] != "0" && uint.Parse(fields[7], CultureInfo.InvariantCulture) is var user && (user == own || user == 0);
        }

        return true;
    }

    // As the kernel writes it: the address as a number of this machine, and the port.
    private static string Written(IPEndPoint end)
    {
        var bytes = end.Address.GetAddressBytes();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes)):X8}:{end.Port:X4}");
    }

    private static uint? ReadOwn()
    {
        if (!File.Exists(Connections) || !File.Exists(Status))
        {
            return null;
        }

        // The real user, the effective one, and two more.
        var line = File.ReadLines(Status).First(line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.Parse(line.Split('\t')[2], CultureInfo.InvariantCulture);
    }
}
