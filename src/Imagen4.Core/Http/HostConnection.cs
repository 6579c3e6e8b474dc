using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Imagen4.Core.Hosts;

namespace Imagen4.Core.Http;

/// <summary>A provider with the key for it: everything needed to talk to one host.</summary>
public sealed class HostConnection
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(60);

    private readonly HostChannel _channel;
    private readonly ReadRetry _retry;
    private readonly ReadRetry _resultRetry;
    private readonly ApiKey _key;

    /// <summary>Connects a profile with a key. Nothing is sent.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="key">Its key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="trace">Receives a line for every exchange, on any thread.</param>
    /// <exception cref="HostUnavailableException">The profile has no address: its server is not running.</exception>
    /// <exception cref="InvalidInputException">The key must not go to its address: a settings file may have been written by hand.</exception>
    public HostConnection(ProviderProfile profile, ApiKey key, TimeProvider time, Action<string>? trace = null)
    {
        Profile = profile;
        BaseUri = ProviderAddress.Demand(
            profile.BaseUri ?? throw new HostUnavailableException(Messages.ProviderNotRunning.With(profile.Name)));
        _ = profile.PlatformUri is { } platform ? ProviderAddress.Demand(platform) : null;
        Time = time;
        _key = key;
        _retry = new ReadRetry(RetryBudget.For(BaseUri), time, readsModel: false);
        _resultRetry = new ReadRetry(RetryBudget.For(BaseUri), time, readsModel: true);
        _channel = new HostChannel(HttpStack.Host, time) { Trace = trace };
    }

    private HostConnection(HostConnection other, Action<string?> missed)
    {
        (Profile, BaseUri, Time, _key, _channel) = (other.Profile, other.BaseUri, other.Time, other._key, other._channel);
        _retry = new ReadRetry(RetryBudget.For(BaseUri), Time, readsModel: false, missed);
        _resultRetry = new ReadRetry(RetryBudget.For(BaseUri), Time, readsModel: true, missed);
    }

    /// <summary>The provider.</summary>
    public ProviderProfile Profile { get; }

    /// <summary>The address below which every request goes.</summary>
    public Uri BaseUri { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Where the key came from, for messages.</summary>
    public string KeySource => _key.Source;

    /// <summary>The same host for somebody who waits: reads are made until one comes through, however many fail.</summary>
    /// <param name="missed">Called with what went wrong each time, and with null once the host answers.</param>
    internal HostConnection Waiting(Action<string?> missed) => new(this, missed);

    /// <summary>Sends a paid POST, once.</summary>
    internal Task<HostResponse> PostAsync(
        Uri address,
        PaidContent content,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, address, content, headers, limit, cancellation);

    /// <summary>Reads, again where it fails on the way.</summary>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal Task<HostResponse> GetAsync(Uri address, CancellationToken cancellation) =>
        _retry.RunAsync(token => SendAsync(HttpMethod.Get, address, content: null, headers: [], ReadLimit, token), cancellation);

    /// <summary>Reads the data of server-sent events, once.</summary>
    internal async IAsyncEnumerable<byte[]> ReadEventsAsync(Uri address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, address, content: null);
        request.Headers.Accept.Clear();
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        await foreach (var data in new EventStream(Time) { Trace = _channel.Trace }.ReadAsync(HttpStack.Host, request, cancellation).ConfigureAwait(false))
        {
            yield return data;
        }
    }

    /// <summary>Reads a result: a server error of the model is one too.</summary>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal Task<HostResponse> GetResultAsync(Uri address, CancellationToken cancellation) =>
        _resultRetry.RunAsync(token => SendAsync(HttpMethod.Get, address, content: null, headers: [], ReadLimit, token), cancellation);

    /// <summary>Asks for a change that may be asked for twice.</summary>
    /// <returns>The answer, and whether the host may have done it at an earlier call, the answer to which was lost.</returns>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal async Task<(HostResponse Response, bool WasRepeated)> PutAsync(Uri address, CancellationToken cancellation)
    {
        var calls = 0;
        var response = await _retry.RunAsync(
            token =>
            {
                calls++;
                return SendAsync(HttpMethod.Put, address, content: null, headers: [], ReadLimit, token);
            },
            cancellation).ConfigureAwait(false);
        return (response, calls > 1);
    }

    private async Task<HostResponse> SendAsync(
        HttpMethod method,
        Uri address,
        HttpContent? content,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        CancellationToken cancellation)
    {
        using var request = Request(method, address, content);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await _channel.SendAsync(request, limit, cancellation).ConfigureAwait(false);
    }

    private HttpRequestMessage Request(HttpMethod method, Uri address, HttpContent? content)
    {
        HostAddress.Demand(address, BaseUri, Profile.PlatformUri);
        var request = new HttpRequestMessage(method, address) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue(Profile.AuthScheme, _key.Reveal());
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return request;
    }
}
