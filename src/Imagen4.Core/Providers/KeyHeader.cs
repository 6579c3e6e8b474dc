using System.Buffers;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>The header in which a host takes the key: its name, and the word in front of the key where there is one.</summary>
/// <param name="Name">The header's name.</param>
/// <param name="Scheme">The word in front of the key; null for none.</param>
public sealed record KeyHeader(string Name, string? Scheme)
{
    /// <summary>The header of most hosts.</summary>
    public const string Usual = "Authorization";

    private const int LongestWord = 24;

    // RFC 9110, 5.6.2: what a name of a header, or of an authentication scheme, is made of.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What the exchange itself is made of: a key in one of these would break it, or be read by whatever stands in between.
    private static readonly FrozenSet<string> Taken = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Allow", "Baggage", "Connection", "Cookie", "Date", "Expect",
        "Forwarded", "From", "Host", "Keep-Alive", "Max-Forwards", "Origin", "Pragma", "Range", "Referer", "Set-Cookie", "TE",
        "Traceparent", "Tracestate", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent", "Via", "Warning", "X-Correlation-Id",
        "X-Request-Id");

    private static readonly string[] TakenFamilies = ["Content-", "Proxy-", "Sec-", "If-", "X-Fal-", "X-Forwarded-"];

    /// <summary>The header a profile's key goes into.</summary>
    /// <exception cref="InvalidInputException">What the profile says is no such header.</exception>
    public static KeyHeader Of(ProviderProfile profile) =>
        profile.KeyHeader is { } written ? Parse(written) : new KeyHeader(Usual, profile.AuthScheme);

    /// <summary>Reads a header as it is written: <c>api-key</c>, or with a scheme, <c>Authorization: Bearer</c>.</summary>
    /// <exception cref="InvalidInputException">
    /// It cannot be one. What is refused may be the key itself, and is repeated only where it looks like none.
    /// </exception>
    public static KeyHeader Parse(string written)
    {
        var parts = written.Split(':', StringSplitOptions.TrimEntries);
        if (parts is not { Length: 1 or 2 } || !parts.All(IsToken) || KeyShape.Is(written) || MayBeKey(parts[0]))
        {
            throw new InvalidInputException(Messages.KeyHeaderMalformed);
        }

        var name = parts[0];
        return Taken.Contains(name) || TakenFamilies.Any(family => name.StartsWith(family, StringComparison.OrdinalIgnoreCase))
            ? throw new InvalidInputException(Messages.KeyHeaderTaken.With(name))
            : new KeyHeader(name, parts.ElementAtOrDefault(1));
    }

    /// <summary>Puts a key into it.</summary>
    internal void Add(HttpRequestHeaders headers, string key) =>
        headers.TryAddWithoutValidation(Name, Scheme is null ? key : $"{Scheme} {key}");

    /// <summary>The header as it is written.</summary>
    public override string ToString() => Scheme is null ? Name : $"{Name}: {Scheme}";

    // No header has a word as long as that; a key that is all letters in order has.
    private static bool MayBeKey(string name) =>
        name.StartsWith("sk-", StringComparison.OrdinalIgnoreCase) || name.Split('-', '_').Any(part => part.Length >= LongestWord);

    private static bool IsToken(string text) => text.Length is > 0 and <= 64 && !text.AsSpan().ContainsAnyExcept(Token);
}
