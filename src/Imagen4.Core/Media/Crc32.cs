namespace Imagen4.Core.Media;

/// <summary>The checksum behind each chunk of a PNG (ISO 3309, as W3C REC-png, annex D, has it).</summary>
internal static class Crc32
{
    /// <summary>The checksum of nothing yet.</summary>
    public const uint Start = uint.MaxValue;

    private const int Slices = 8;

    // Eight bytes at a time: an image has megabytes of them.
    private static readonly uint[][] Tables = Make();

    /// <summary>The checksum with more bytes; the last one is inverted.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= Slices)
        {
            crc = Tables[7][bytes[0] ^ (byte)crc] ^ Tables[6][bytes[1] ^ (byte)(crc >> 8)]
                ^ Tables[5][bytes[2] ^ (byte)(crc >> 16)] ^ Tables[4][bytes[3] ^ (crc >> 24)]
                ^ Tables[3][bytes[4]] ^ Tables[2][bytes[5]] ^ Tables[1][bytes[6]] ^ Tables[0][bytes[7]];
            bytes = bytes[Slices..];
        }

        foreach (var value in bytes)
        {
            crc = Tables[0][value ^ (byte)crc] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint[][] Make()
    {
        var tables = Enumerable.Range(0, Slices).Select(_ => new uint[256]).ToArray();
        for (var value = 0u; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
            }

            tables[0][value] = crc;
        }

        for (var slice = 1; slice < Slices; slice++)
        {
            for (var value = 0; value < 256; value++)
            {
                var before = tables[slice - 1][value];
                tables[slice][value] = tables[0][(byte)before] ^ (before >> 8);
            }
        }

        return tables;
    }
}
