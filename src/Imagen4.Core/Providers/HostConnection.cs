using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>A provider with the key for it: everything needed to talk to one host.</summary>
public sealed class HostConnection
{
    private const int AttemptsToAsk = 2;
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);

    private readonly HostChannel _channel;
    private readonly ReadRetry _retry;
    private readonly ReadRetry _resultRetry;
    private readonly ReadRetry _askRetry;
    private readonly HostChannel _storageChannel;
    private readonly ReadRetry? _storageRetry;
    private readonly ApiKey _key;
    private readonly KeyHeader _keyHeader;
    private readonly HostOutage? _outage;

    // When the reader gives up; null for never.
    private readonly Func<DateTimeOffset?> _until;
    private readonly bool _isWait;

    /// <summary>Connects a profile with a key. Nothing is sent.</summary>
    /// <param name="profile">The provider.</param>
    /// <param name="key">Its key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="trace">Receives a line for every exchange, on any thread.</param>
    /// <param name="outages">Notices when the host does not answer.</param>
    /// <exception cref="HostUnavailableException">The profile has no address: its server is not running.</exception>
    /// <exception cref="InvalidInputException">
    /// The key must not go to its address: a settings file may have been written by hand.
    /// </exception>
    public HostConnection(ProviderProfile profile, ApiKey key, TimeProvider time, Action<string>? trace = null, HostOutages? outages = null)
    {
        Profile = profile;
        BaseUri = ProviderAddress.Validate(
            profile.BaseUri ?? throw new HostUnavailableException(Messages.ProviderNotRunning.With(profile.Name)));
        _ = profile.PlatformUri is { } platform ? ProviderAddress.Validate(platform) : null;
        var storage = profile.StorageUri is { } place ? ProviderAddress.Validate(place) : null;
        _keyHeader = KeyHeader.Of(profile);
        _ = profile.SubmitPath is { } path ? SubmitPath.Check(path) : null;
        _ = InputNames.Check(profile.InputNames);
        Time = time;
        _key = key;
        _outage = outages?.Of(profile.Name);
        _until = () => time.GetUtcNow() + ReadRetry.Total;
        _retry = new ReadRetry(RetryBudget.For(BaseUri), time, readsModel: false) { Answered = NoteAnswer };
        _resultRetry = new ReadRetry(RetryBudget.For(BaseUri), time, readsModel: true) { Answered = NoteAnswer };
        _askRetry = new ReadRetry(RetryBudget.For(BaseUri), time, readsModel: false, AskLimit, AttemptsToAsk);
        _channel = new HostChannel(HttpStack.Host, time) { Trace = trace, Key = key, Answered = () => NoteAnswer(null) };

        // Storage is another server: that it does not answer says nothing of the one that requests go to.
        _storageRetry = storage is null ? null : new ReadRetry(RetryBudget.For(storage), time, readsModel: false);
        _storageChannel = new HostChannel(HttpStack.Host, time) { Trace = trace, Key = key };
        Trace = trace;
    }

    private HostConnection(HostConnection other, DateTimeOffset? until, Action<string?> missed)
    {
        (Profile, BaseUri, Time) = (other.Profile, other.BaseUri, other.Time);
        (_key, _keyHeader, _channel, _outage) = (other._key, other._keyHeader, other._channel, other._outage);
        (_until, _isWait) = (() => until, true);
        (_retry, _resultRetry, _askRetry) = (other._retry.ForWait(missed), other._resultRetry.ForWait(missed), other._askRetry);
        (_storageChannel, _storageRetry, Trace) = (other._storageChannel, other._storageRetry, other.Trace);
    }

    /// <summary>The provider.</summary>
    public ProviderProfile Profile { get; }

    /// <summary>The address below which every request goes.</summary>
    public Uri BaseUri { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Names the key without giving it away, as 32 hexadecimal digits: what is kept for one account is no other's.</summary>
    internal string Account => _key.Digest;

    /// <summary>Where the key came from, for messages.</summary>
    public string KeySource => _key.Source;

    /// <summary>The error of a host that answers 401.</summary>
    /// <param name="said">The reason it gives.</param>
    /// <param name="requestId">The request it is about; null for none.</param>
    internal AuthenticationFailedException KeyRefused(string said, string? requestId = null) => _key.IsSent
        ? new AuthenticationFailedException(Messages.AuthenticationFailed.With(Profile.Name, KeySource, said))
        {
            RequestId = requestId, StatusCode = 401,
        }
        : new AuthenticationFailedException(Messages.KeyAskedFor.With(Profile.Name, said))
        {
            RequestId = requestId, StatusCode = 401, NextCommand = KeyCommand.ForNewVariable(Profile),
        };

    /// <summary>Receives a line for every exchange, on any thread.</summary>
    internal Action<string>? Trace { get; }

    /// <summary>The same connection for a wait: reads are retried until one succeeds or the wait ends.</summary>
    /// <param name="until">When the wait ends; null for never.</param>
    /// <param name="missed">Called with what went wrong each time, and with null once the host answers.</param>
    internal HostConnection WithDeadline(DateTimeOffset? until, Action<string?> missed) => new(this, until, missed);

    /// <summary>Sends a paid POST, once.</summary>
    /// <param name="address">Where it goes.</param>
    /// <param name="content">What is sent.</param>
    /// <param name="headers">Its own headers.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <param name="result">Lets the answer be the result; null where it is not.</param>
    internal Task<HostResponse> PostAsync(
        Uri address,
        PaidContent content,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        CancellationToken cancellation,
        LargeResultPermit? result = null) =>
        SendAsync(HttpMethod.Post, address, content, headers, limit, cancellation, result: result);

    /// <summary>Reads, with retries.</summary>
    /// <param name="address">Where.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="largest">The largest answer that is read, in bytes.</param>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal Task<HostResponse> GetAsync(Uri address, CancellationToken cancellation, int largest = HostChannel.LargestAnswer) =>
        ReadAsync(
            _retry, token => SendAsync(HttpMethod.Get, address, content: null, headers: [], ReadLimit, token, largest), cancellation);

    /// <summary>
    /// Asks for what a batch can do without, once: it takes no part in the retries of what is waited for, nor in what is said of outages.
    /// </summary>
    /// <param name="address">Where.</param>
    /// <param name="limit">How long the host may take.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<HostResponse> AskOnceAsync(Uri address, TimeSpan limit, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, address, content: null, headers: []);
        return await new HostChannel(HttpStack.Host, Time) { Trace = _channel.Trace, Key = _key }.SendAsync(request, limit, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Reads the data of server-sent events, once.</summary>
    internal async IAsyncEnumerable<byte[]> ReadEventsAsync(Uri address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, address, content: null, headers: []);
        request.Headers.Accept.Clear();
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var events = new EventStream(Time) { Trace = _channel.Trace };
        await foreach (var data in events.ReadAsync(HttpStack.Host, request, cancellation).ConfigureAwait(false))
        {
            yield return _key.Mask(data).ToArray();
        }
    }

    /// <summary>Reads a result: a server error of the model is one too.</summary>
    /// <param name="address">Where.</param>
    /// <param name="permit">Lets it be large. It is kept until the answer has been understood.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal Task<HostResponse> GetResultAsync(Uri address, LargeResultPermit permit, CancellationToken cancellation) =>
        ReadAsync(
            _resultRetry,
            token => SendAsync(HttpMethod.Get, address, content: null, headers: [], ReadLimit, token, result: permit),
            cancellation);

    /// <summary>
    /// Asks with a body for what costs nothing and changes nothing, within a few seconds however long somebody waits for a request: it
    /// says nothing of outages, because the platform may be another server than the one that requests go to.
    /// </summary>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal Task<HostResponse> AskAsync(Uri address, ReadOnlyMemory<byte> json, CancellationToken cancellation) =>
        _askRetry.RunAsync(
            async token =>
            {
                using var content = new ReadOnlyMemoryContent(json);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                return await SendAsync(HttpMethod.Post, address, content, headers: [], ReadLimit, token).ConfigureAwait(false);
            },
            cancellation);

    /// <summary>Sends an idempotent change, with retries.</summary>
    /// <returns>The answer, and whether the host may have done it at an earlier call, the answer to which was lost.</returns>
    /// <exception cref="HostUnavailableException">The host could not be reached within the attempts.</exception>
    internal async Task<(HostResponse Response, bool WasRepeated)> PutAsync(Uri address, CancellationToken cancellation)
    {
        var calls = 0;
        var response = await ReadAsync(
            _retry,
            token =>
            {
                calls++;
                return SendAsync(HttpMethod.Put, address, content: null, headers: [], ReadLimit, token);
            },
            cancellation).ConfigureAwait(false);
        return (response, calls > 1);
    }

    /// <summary>Asks the host's storage for something that costs nothing, with retries.</summary>
    /// <param name="path">Where, below the storage's address; with a query.</param>
    /// <param name="json">What is asked for.</param>
    /// <param name="headers">The headers besides those every request has.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HostUnavailableException">The storage could not be reached within the attempts.</exception>
    internal Task<HostResponse> AskStorageAsync(
        string path, ReadOnlyMemory<byte> json, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var address = HostAddress.Append(Profile.StorageUri!, path);
        return _storageRetry!.RunAsync(token => SendToStorageAsync(address, json, headers, token), cancellation);
    }

    private async Task<HostResponse> ReadAsync(
        ReadRetry retry, Func<CancellationToken, Task<HostResponse>> send, CancellationToken cancellation)
    {
        using var asked = _outage?.Ask(_until(), _isWait);
        return await retry.RunAsync(send, cancellation).ConfigureAwait(false);
    }

    private void NoteAnswer(string? trouble)
    {
        if (trouble is null)
        {
            _outage?.Answered();
        }
        else
        {
            _outage?.Failed(trouble);
        }
    }

    private async Task<HostResponse> SendAsync(
        HttpMethod method,
        Uri address,
        HttpContent? content,
        IEnumerable<KeyValuePair<string, string>> headers,
        TimeSpan limit,
        CancellationToken cancellation,
        int largest = HostChannel.LargestAnswer,
        LargeResultPermit? result = null)
    {
        using var request = Request(method, address, content, headers);
        return await _channel.SendAsync(request, limit, cancellation, largest, result).ConfigureAwait(false);
    }

    private async Task<HostResponse> SendToStorageAsync(
        Uri address, ReadOnlyMemory<byte> json, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = Request(HttpMethod.Post, address, content, headers);
        return await _storageChannel.SendAsync(request, ReadLimit, cancellation).ConfigureAwait(false);
    }

    private HttpRequestMessage Request(
        HttpMethod method, Uri address, HttpContent? content, IEnumerable<KeyValuePair<string, string>> headers)
    {
        HostAddress.RequireOwn(address, BaseUri, Profile.PlatformUri, Profile.StorageUri);
        var request = content is PaidContent paid ? HttpStack.PaidRequest(address, paid) : HttpStack.Request(method, address);
        request.Content = content;
        if (_key.IsSent)
        {
            _keyHeader.Add(request.Headers, _key.Reveal());
        }

        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
