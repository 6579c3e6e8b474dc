using System.Net;
using System.Net.Sockets;

namespace Imagen4.Core.Tests.Support;

/// <summary>Addresses at which nobody answers.</summary>
internal static class Unused
{
    /// <summary>A port that was free a moment ago: connections to it are refused.</summary>
    public static Uri Address(string scheme = "http")
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new Uri($"{scheme}://{probe.LocalEndpoint}/");
    }
}
