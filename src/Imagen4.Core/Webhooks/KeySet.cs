using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Webhooks;

/// <summary>A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).</summary>
internal sealed record KeySet
{
    private const int MostKeys = 64;

    public IReadOnlyList<Key?>? Keys { get; init; }

    /// <summary>The public keys in a set; members that are no Ed25519 keys are left out.</summary>
    /// <exception cref="JsonException">It is no key set.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> json) =>
        [.. (JsonSerializer.Deserialize(json, KeySetJson.Default.KeySet)?.Keys ?? throw new JsonException())
            .Take(MostKeys)
            .Select(key => Decode(key?.X))
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

    /// <summary>One key; only its public half is of use.</summary>
    internal sealed record Key(string? X);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeySet))]
internal sealed partial class KeySetJson : JsonSerializerContext;
