using System.Net;

namespace Imagen4.Core.Http;

/// <summary>
/// The HTTP clients of the process, built on first use. The host client carries credentials, request by request, and never follows a
/// redirect. The media clients have none to carry; what public hosts send us to is fetched by one that connects to public addresses only.
/// </summary>
internal static class HttpStack
{
    /// <summary>How long a connection may take.</summary>
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);

    private static readonly Lazy<HttpClient> HostLazy = new(() => Create(CreateHandler()));
    private static readonly Lazy<HttpClient> MediaLazy = new(() => Create(CreateHandler()));
    private static readonly Lazy<HttpClient> PublicLazy = new(() => Create(CreatePublicHandler()));

    /// <summary>The client that talks to hosts. Its handler lives as long as the process, so it need not be made anew.</summary>
    public static HttpClient Host => HostLazy.Value;

    /// <summary>The client without credentials, for addresses that users have given themselves.</summary>
    public static HttpClient Media => MediaLazy.Value;

    /// <summary>The client for what a host sends us to.</summary>
    /// <param name="address">Where.</param>
    /// <param name="host">The host.</param>
    public static HttpClient MediaOf(Uri address, Uri host) =>
        ServedAddress.MayBePrivate(address, host) ? MediaLazy.Value : PublicLazy.Value;

    /// <summary>
    /// A request in the version that the host speaks best: a client's default version is for messages it makes itself, and not for these
    /// (HTTP/2 over TLS where the host offers it, RFC 9113, 3.2; HTTP/1.1 elsewhere).
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Where it goes.</param>
    public static HttpRequestMessage Request(HttpMethod method, Uri address) => new(method, address)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
    };

    /// <summary>
    /// A paid POST. It goes out over HTTP/1.1, where HttpClient sends nothing again that has a body: over HTTP/2 it does, up to three
    /// times, when a host ends the connection or refuses the stream.
    /// </summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="content">What is sent.</param>
    public static HttpRequestMessage PaidRequest(Uri address, PaidContent content) => new(HttpMethod.Post, address)
    {
        Content = content,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    // As .NET recommends for clients that live as long as the process: connections end in time, so a factory has nothing to renew.
    private static HttpClient Create(SocketsHttpHandler handler)
    {
        var client = new HttpClient(new InvalidAnswerHandler { InnerHandler = handler });
        Configure(client);
        return client;
    }

    /// <summary>Gives a client the settings common to all.</summary>
    internal static void Configure(HttpClient client)
    {
        // Every call has its own deadline; the client's would cut long downloads.
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        client.DefaultRequestHeaders.ExpectContinue = false;
        client.DefaultRequestHeaders.UserAgent.Add(
            new("Imagen4.PowerShell", typeof(HttpStack).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>Creates the handler common to all clients.</summary>
    internal static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = ConnectLimit,
        EnableMultipleHttp2Connections = true,

        // A connection that the host closes just as a POST starts looks like a lost POST: do not keep idle ones for long.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        Proxy = new LoopbackBypass(HttpClient.DefaultProxy),
    };

    private static SocketsHttpHandler CreatePublicHandler()
    {
        var handler = CreateHandler();
        handler.ConnectCallback = PublicConnection.OpenAsync;
        return handler;
    }
}

/// <summary>
/// Leaves out of the error what has come instead of HTTP: .NET repeats it, whatever it is, and an error is shown, kept and passed on.
/// </summary>
internal sealed class InvalidAnswerHandler : DelegatingHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.InvalidResponse)
        {
            throw new HttpRequestException(HttpRequestError.InvalidResponse, Messages.AnswerNotHttp, inner: null, error.StatusCode);
        }
    }
}

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
