using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Support;

/// <summary>JSON as hosts write it, and what is left of it after an accident, or was made to do harm.</summary>
internal static class HostileJson
{
    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-1", "5", "1e400", "-0.0", "123456789012345678901234567890", "2147483648", "9223372036854775808", "1.5", "\"\"",
        "\"IN_QUEUE\"", "\"IN_PROGRESS\"", "\"COMPLETED\"", "\"FAILED\"", "\"NOT_FOUND\"", "\"r-1\"", "\"https://host.example/1.png\"",
        "\"data:image/png;base64,AAAA\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\u202e\"", "\"2026-01-01T00:00:00Z\"",
        "\"content_policy_violation\"", "\"insufficient_quota\"", "[]", "{}", "[null]", "{\"\":null}", "{\"\\ud800\":1}",
    ];

    private static readonly string[] Names =
    [
        .. JsonExcerpt.Read, "error_code", "gateway_request_id", "status_url", "response_url", "cancel_url", "prices", "endpoint_id", "unit_price",
        "items", "next_cursor", "has_more", "json_input", "keys", "kty", "crv", "x", "payload", "loc", "ctx", "innererror", "error_type", "image",
        "IMAGES", "[excerpt]", "",
    ];

    private static readonly Gen<string> Name = Gen.Frequency(
        (6, Gen.Elements(Names)), (1, HostileText.Whole.Select(text => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())));

    private static readonly Gen<string> Text =
        HostileText.Whole.Select(text => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");

    private static readonly Gen<string> Blank = Gen.Elements("", "", "", " ", "\n", "\r\n\t ");

    /// <summary>Well-formed JSON, with names that come twice.</summary>
    public static Gen<string> Valid { get; } = Gen.Choose(0, 4).SelectMany(Value);

    /// <summary>The bytes of JSON to which something may have happened.</summary>
    public static Gen<byte[]> Any { get; } =
        from json in Valid
        from harm in Gen.Choose(0, 9)
        from at in Gen.Choose(0, 10_000)
        from with in Gen.Choose(0, 255)
        select Harm(Encoding.UTF8.GetBytes(json), harm, at, (byte)with);

    private static Gen<string> Value(int depth) => depth == 0
        ? Gen.Frequency((4, Gen.Elements(Scalars)), (1, Text))
        : Gen.Frequency((2, Value(0)), (2, List(depth)), (4, Object(depth)));

    private static Gen<string> List(int depth) =>
        from count in Gen.Choose(0, 4)
        from items in Gen.ArrayOf(Value(depth - 1), count)
        from blank in Blank
        select $"[{blank}{string.Join($"{blank},", items)}{blank}]";

    private static Gen<string> Object(int depth) =>
        from count in Gen.Choose(0, 6)
        from names in Gen.ArrayOf(Name, count)
        from values in Gen.ArrayOf(Value(depth - 1), count)
        from blank in Blank
        select $"{{{blank}{string.Join($",{blank}", names.Zip(values, (name, value) => $"\"{name}\"{blank}:{value}"))}}}";

    private static byte[] Harm(byte[] json, int harm, int at, byte with)
    {
        at = json.Length == 0 ? 0 : at % json.Length;
        return harm switch
        {
            0 => json[..at],
            1 => [.. json[..at], with, .. json[at..]],
            2 => [.. json[..at], with, .. json[Math.Min(json.Length, at + 1)..]],
            3 => [.. json, .. json],
            4 => Nested(json, levels: 1 + (at % 100)),
            5 => Nested(json, levels: 10_000),
            _ => json,
        };
    }

    private static byte[] Nested(byte[] json, int levels) =>
    [
        .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"detail\":[", levels))), .. json,
        .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("]}", levels))),
    ];
}
