using System.Net;
using System.Net.Sockets;

namespace Imagen4.Core.Http;

/// <summary>
/// Decides where a server may send us: to https elsewhere, and to this machine or its network only where it is on it itself. What is
/// sent there carries no key.
/// </summary>
internal static class ServedAddress
{
    /// <summary>Whether an address is taken that may name this machine.</summary>
    /// <param name="address">The address.</param>
    /// <param name="allowLoopback">Whether this machine may be named.</param>
    public static bool IsAllowed(Uri address, bool allowLoopback) =>
        (address.IsLoopback ? allowLoopback && address.Scheme is ("http" or "https") : address.Scheme == "https")
        && address.UserInfo.Length == 0;

    /// <summary>Whether an address is taken from a host. One of the public network names no private address.</summary>
    /// <param name="address">What the host names.</param>
    /// <param name="host">The host.</param>
    public static bool IsAllowedFrom(Uri address, Uri host) =>
        IsAllowed(address, host.IsLoopback) && (host.IsLoopback || IsPrivate(host) || !IsPrivate(address));

    // A name that leads to a private address needs no look: nobody there has the certificate for it.
    private static bool IsPrivate(Uri address)
    {
        if (!IPAddress.TryParse(address.IdnHost.Trim('[', ']'), out var literal))
        {
            return false;
        }

        literal = literal.IsIPv4MappedToIPv6 ? literal.MapToIPv4() : literal;
        return literal.AddressFamily == AddressFamily.InterNetwork
            ? literal.GetAddressBytes() is [0 or 10 or 127, ..] or [100, >= 64 and <= 127, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..]
                or [192, 168, ..] or [>= 224, ..]
            : literal.IsIPv6LinkLocal || literal.IsIPv6SiteLocal || literal.IsIPv6UniqueLocal || literal.IsIPv6Multicast
                || IPAddress.IsLoopback(literal) || literal.Equals(IPAddress.IPv6Any);
    }
}
