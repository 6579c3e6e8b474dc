using System.Net;
using System.Net.Sockets;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// Connects to public addresses only: it is the address that is connected to that counts, because a name may lead anywhere, and elsewhere
/// a moment later.
/// </summary>
internal static class PublicConnection
{
    /// <summary>Opens a connection.</summary>
    /// <exception cref="PrivateAddressException">Every address of the name is in a network that is not public.</exception>
    /// <exception cref="SocketException">It cannot be connected to, or its name is unknown.</exception>
    public static async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var place = context.DnsEndPoint;
        var found = await Dns.GetHostAddressesAsync(place.Host, place.AddressFamily, cancellation).ConfigureAwait(false);

        // A proxy is the user's own, and may be anywhere.
        var isProxy = context.InitialRequestMessage.RequestUri is { } asked
            && !asked.IdnHost.Trim('[', ']').Equals(place.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
        var allowed = isProxy ? found : [.. found.Where(address => !ServedAddress.IsPrivate(address))];
        if (allowed.Length == 0 && found.Length > 0)
        {
            throw new PrivateAddressException(Messages.MediaAddressPrivate.With(PlainText.Brief(place.Host)));
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, place.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host of the public network sends us to an address that is not public; another try would end the same way.</summary>
internal sealed class PrivateAddressException(string message) : IOException(message);
