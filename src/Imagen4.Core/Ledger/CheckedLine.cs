using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Imagen4.Core.Ledger;

/// <summary>A line as it is on disk: eight digits of CRC-32C (RFC 3720, B.4), a blank, JSON, a line feed.</summary>
internal static class CheckedLine
{
    private const int Prefix = 9;

    /// <summary>The bytes of a line, with its line feed.</summary>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var line = new byte[Prefix + json.Length + 1];
        _ = Checksum(json).TryFormat(line, out _, "x8", CultureInfo.InvariantCulture);
        line[Prefix - 1] = (byte)' ';
        json.CopyTo(line, Prefix);
        line[^1] = (byte)'\n';
        return line;
    }

    /// <summary>The JSON of a line without its line feed; nothing where its checksum or its form is wrong.</summary>
    public static ReadOnlySpan<byte> Json(ReadOnlySpan<byte> line) =>
        line.Length > Prefix && line[Prefix - 1] == ' '
        && Utf8Parser.TryParse(line[..(Prefix - 1)], out uint expected, out var used, 'x') && used == Prefix - 1
        && Checksum(line[Prefix..]) == expected
            ? line[Prefix..]
            : default;

    /// <summary>Reads a line without its line feed.</summary>
    /// <returns>What it says, or null where its checksum or its form is wrong.</returns>
    public static T? Read<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        var json = Json(line);
        try
        {
            return json.IsEmpty ? null : JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var last in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, last);
        }

        return ~crc;
    }
}
