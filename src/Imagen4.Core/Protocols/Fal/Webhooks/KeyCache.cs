using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal.Webhooks;

/// <summary>The hosts' public keys, fetched without credentials and kept for at most a day, as the host asks.</summary>
/// <param name="time">The clock.</param>
internal sealed class KeyCache(TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // A signature by an unknown key may mean that the host has a new one; without a limit, anybody could make us ask again and again.
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Uri, (IReadOnlyList<byte[]> Keys, long Fetched, long Tried)> _kept = [];

    /// <summary>The keys of a host.</summary>
    /// <param name="address">Where its key set is.</param>
    /// <param name="fresh">Whether kept keys have not been enough.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HostUnavailableException">The key set cannot be had.</exception>
    /// <exception cref="InvalidResponseException">What is there is no key set.</exception>
    public async Task<IReadOnlyList<byte[]>> GetAsync(Uri address, bool fresh, CancellationToken cancellation)
    {
        if (_kept.TryGetValue(address, out var kept)
            && time.GetElapsedTime(kept.Fetched) < Longest
            && !(fresh && time.GetElapsedTime(kept.Tried) >= Shortest))
        {
            return kept.Keys;
        }

        // A failed attempt counts too.
        _kept.TryUpdate(address, kept with { Tried = time.GetTimestamp() }, kept);

        _ = ProviderAddress.Validate(address);
        var channel = new HostChannel(HttpStack.Media, time);
        var response = await new ReadRetry(RetryBudget.For(address), time, readsModel: false)
            .RunAsync(token => FetchAsync(channel, address, token), cancellation)
            .ConfigureAwait(false);
        if ((int)response.Status is 408 or 429 or >= 500)
        {
            throw new HostUnavailableException(
                Messages.HostAnswers.With(address.Host, (int)response.Status, FalErrorDetail.Read(response).Text))
            {
                StatusCode = (int)response.Status,
            };
        }

        try
        {
            var keys = response.IsSuccess ? KeySet.Read(response.Body.Span) : throw new JsonException();
            _kept[address] = (keys, time.GetTimestamp(), time.GetTimestamp());
            return keys;
        }
        catch (JsonException error)
        {
            throw new InvalidResponseException(Messages.KeySetUnreadable.With(address.Host, (int)response.Status), error);
        }
    }

    private static async Task<HostResponse> FetchAsync(HostChannel channel, Uri address, CancellationToken cancellation)
    {
        using var request = HttpStack.Request(HttpMethod.Get, address);
        return await channel.SendAsync(request, Limit, cancellation).ConfigureAwait(false);
    }
}

/// <summary>A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).</summary>
internal sealed record KeySet
{
    // Hosts have one or two; each costs time with every forgery.
    private const int MostKeys = 16;

    public IReadOnlyList<Key?>? Keys { get; init; }

    /// <summary>The public keys in a set; members that are not Ed25519 keys are left out.</summary>
    /// <exception cref="JsonException">It is not a key set.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> json) =>
        [.. (JsonSerializer.Deserialize(json, KeySetJson.Default.KeySet)?.Keys ?? throw new JsonException())
            .Take(MostKeys)
            .Select(key => key is { Kty: "OKP", Crv: "Ed25519" } ? Decode(key.X) : null)
            .OfType<byte[]>()];

    private static byte[]? Decode(string? text)
    {
        try
        {
            return text is not null && Base64Url.DecodeFromChars(text) is { Length: Ed25519.KeyLength } bytes ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>One key; only its public half is of use. Keys of other curves have as many bytes, and mean something else.</summary>
    internal sealed record Key(string? Kty, string? Crv, string? X);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeySet))]
internal sealed partial class KeySetJson : JsonSerializerContext;
