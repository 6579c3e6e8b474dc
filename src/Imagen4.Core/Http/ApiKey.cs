using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>A key that does not show when objects are printed.</summary>
public sealed class ApiKey
{
    // Keys of hosts have 20 characters and more. What is shorter may be a word, or part of an address, as the emulator's open key is.
    private const int ShortestMasked = 16;

    private readonly string _secret;
    private byte[][]? _parts;

    /// <summary>Wraps a key after checking its form.</summary>
    /// <param name="secret">The key as the host gave it out; blanks around it are a copying accident.</param>
    /// <param name="source">Where it came from, for messages: a variable's name or a parameter's.</param>
    /// <exception cref="AuthenticationFailedException">It has blanks or other characters no key has.</exception>
    public ApiKey(string secret, string source)
    {
        _secret = secret.Trim();
        Source = source;
        if (_secret.Length == 0 || !_secret.All(char.IsAscii) || _secret.Any(letter => char.IsControl(letter) || letter == ' '))
        {
            throw new AuthenticationFailedException(Messages.ApiKeyMalformed.With(source));
        }
    }

    private ApiKey(string source) => (_secret, Source) = ("", source);

    /// <summary>No key, for a host that takes requests without one.</summary>
    public static ApiKey NotNeeded { get; } = new("none needed");

    /// <summary>Whether there is a key to send.</summary>
    internal bool IsSent => _secret.Length > 0;

    /// <summary>Where it came from.</summary>
    public string Source { get; }

    /// <summary>Names it without giving it away: half of a SHA-256, as hexadecimal digits.</summary>
    internal string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"imagen4 account {_secret}")).AsSpan(0, 16));

    /// <summary>The key itself, for the one header it belongs in.</summary>
    internal string Reveal() => _secret;

    /// <summary>
    /// What a host has sent, without the key: some repeat it in an error. Of a key in two parts, the second alone is masked too.
    /// </summary>
    internal ReadOnlyMemory<byte> Mask(ReadOnlyMemory<byte> body)
    {
        byte[]? masked = null;
        foreach (var part in Parts)
        {
            for (int from = 0, at; (at = Now(body, masked)[from..].IndexOf(part)) >= 0; from += part.Length)
            {
                from += at;
                masked ??= body.ToArray();
                masked.AsSpan(from, part.Length).Fill((byte)'*');
            }
        }

        if (body.Span.IndexOf("\\u00"u8) >= 0)
        {
            MaskEscaped(body, ref masked);
        }

        return MaskCut(masked ?? body);
    }

    // A long text may have been cut within the key. What begins like one elsewhere may be none: all tokens of a kind begin alike.
    private ReadOnlyMemory<byte> MaskCut(ReadOnlyMemory<byte> body)
    {
        byte[]? masked = null;
        foreach (var part in Parts.Where(part => part.Length > ShortestMasked))
        {
            var from = 0;
            while (body.Span[from..].IndexOf(part.AsSpan(0, ShortestMasked)) is >= 0 and var at)
            {
                from += at;
                var length = body.Span[from..].CommonPrefixLength(part);
                if (body.Span[(from + length)..].StartsWith(LongTexts.Cut))
                {
                    masked ??= body.ToArray();
                    masked.AsSpan(from, length).Fill((byte)'*');
                }

                from += length;
            }
        }

        return masked ?? body;
    }

    // JSON may write any of its characters by its number.
    private void MaskEscaped(ReadOnlyMemory<byte> body, ref byte[]? masked)
    {
        foreach (var part in Plain().Select(Encoding.ASCII.GetBytes))
        {
            for (var at = 0; at < body.Length; at++)
            {
                if (Escaped(Now(body, masked)[at..], part) is > 0 and var length)
                {
                    masked ??= body.ToArray();
                    masked.AsSpan(at, length).Fill((byte)'*');
                }
            }
        }
    }

    // What is masked is copied, and nothing else: an answer may have a mebibyte.
    private static ReadOnlySpan<byte> Now(ReadOnlyMemory<byte> body, byte[]? masked) => masked ?? body.Span;

    private static int Escaped(ReadOnlySpan<byte> body, ReadOnlySpan<byte> part)
    {
        var at = 0;
        foreach (var letter in part)
        {
            var rest = body[at..];
            if (rest.IsEmpty)
            {
                return 0;
            }

            if (rest[0] == letter)
            {
                at++;
            }
            else if (rest.Length >= 6 && rest.StartsWith("\\u00"u8)
                && byte.TryParse(rest[4..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number == letter)
            {
                at += 6;
            }
            else
            {
                return 0;
            }
        }

        return at;
    }

    private IEnumerable<string> Plain() => new[] { _secret, _secret[(_secret.IndexOf(':', StringComparison.Ordinal) + 1)..] }
        .Where(part => part.Length >= ShortestMasked);

    /// <summary>What a host has sent, without the key.</summary>
    internal string Mask(string text) => Encoding.UTF8.GetString(Mask(Encoding.UTF8.GetBytes(text)).Span);

    // Also as JSON, addresses and pages write it, and as a basic authorization does.
    private byte[][] Parts => _parts ??= [.. Plain()
        .SelectMany(part => new[]
        {
            part, part.Replace("/", "\\/", StringComparison.Ordinal), JsonEncodedText.Encode(part).ToString(), Uri.EscapeDataString(part),
            WebUtility.HtmlEncode(part), Convert.ToBase64String(Encoding.ASCII.GetBytes(part)),
        })
        .Distinct()
        .Select(Encoding.ASCII.GetBytes)];

    /// <summary>Does not contain the key.</summary>
    public override string ToString() => "***";
}
