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
        && address.UserInfo.Length == 0
        && HostAddress.NameOf(address) is not null;

    /// <summary>Whether an address is taken from a host. One of the public network names no private address.</summary>
    /// <param name="address">What the host names.</param>
    /// <param name="host">The host.</param>
    public static bool IsAllowedFrom(Uri address, Uri host) =>
        IsAllowed(address, host.IsLoopback) && (host.IsLoopback || IsPrivate(host) || !IsPrivate(address));

    /// <summary>
    /// Whether an address may lead into a network that is not public: where its host is in one itself, and where that very host serves it.
    /// A name says nothing of where it leads; elsewhere, that is looked at when it is connected to.
    /// </summary>
    /// <param name="address">What the host names.</param>
    /// <param name="host">The host.</param>
    public static bool MayBePrivate(Uri address, Uri host) =>
        host.IsLoopback || IsPrivate(host) || address.IdnHost.Equals(host.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsPrivate(Uri address) =>
        IPAddress.TryParse(address.IdnHost.Trim('[', ']'), out var literal) && IsPrivate(literal);

    /// <summary>
    /// Whether an address is in a network that is not public (RFC 6890; RFC 3849 and RFC 9637 for documentation). In IPv6, only what has
    /// been given out as global unicast is public (RFC 4291, 2.4).
    /// </summary>
    public static bool IsPrivate(IPAddress address)
    {
        var literal = Embedded(address);
        return literal.AddressFamily == AddressFamily.InterNetwork
            ? literal.GetAddressBytes() is [0 or 10 or 127, ..] or [100, >= 64 and <= 127, ..] or [169, 254, ..]
                or [172, >= 16 and <= 31, ..]
                or [192, 168, ..] or [192, 0, 0 or 2, ..] or [198, 18 or 19, ..] or [198, 51, 100, ..] or [203, 0, 113, ..] or [>= 224, ..]
            : literal.GetAddressBytes() is not [>= 0x20 and <= 0x3F, ..]
                or [0x20, 0x01, 0 or 1, ..] or [0x20, 0x01, 0x0D, 0xB8, ..] or [0x3F, 0xFF, <= 0x0F, ..];
    }

    // An IPv4 address within an IPv6 one: mapped (RFC 4291, 2.5.5), translated (RFC 6052, 64:ff9b::/96) or by 6to4 (RFC 3056).
    private static IPAddress Embedded(IPAddress address) => address.IsIPv4MappedToIPv6
        ? address.MapToIPv4()
        : address.GetAddressBytes() switch
        {
            [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, .. var last] => new IPAddress(last),
            [0x20, 0x02, var a, var b, var c, var d, ..] => new IPAddress([a, b, c, d]),
            _ => address,
        };
}
