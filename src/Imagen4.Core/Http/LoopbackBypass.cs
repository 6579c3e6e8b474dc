using System.Net;

namespace Imagen4.Core.Http;

/// <summary>The machine's proxy, for everything but this machine: an <c>http_proxy</c> variable would break loopback calls.</summary>
internal sealed class LoopbackBypass(IWebProxy machine) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => machine.Credentials;
        set => machine.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : machine.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || machine.IsBypassed(host);
}
