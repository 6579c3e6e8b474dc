using System.Text;

namespace Imagen4.Fuzz;

/// <summary>Makes inputs out of those of the corpus. One seed makes the same ones again.</summary>
/// <param name="corpus">The inputs to begin with.</param>
/// <param name="seed">The seed.</param>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, int seed)
{
    private const int MostSteps = 6;
    private const int Longest = 256 * 1024;
    private const int DeepestLevels = 10_000;

    private static readonly byte[][] Tokens =
    [
        [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], [0xEF, 0xBF, 0xBE], [0], [0x1B, (byte)'['], [0x80, 0x00, 0x00, 0x00],
        [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x1F, 0x8B],
        .. new[]
        {
            "null", "true", "[]", "{}", "{", "[", "]", "}", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\\udc00", "\\u202e", "\"\"", "-1", "0", "1e999",
            "9223372036854775808", "2147483648", "0.1", "-0", "NaN", "\n", "\r\n", "\r", "\n\n", "data: ", "event: ", ": ", "../", "..\\", "/", "://", "@", "?",
            "#", "%00", "%2e", "https://", "data:image/png;base64,", "AAAA", "=", ";", "con", ".", " ", "\t", "{Key}", "{Prompt}", "|", "🦊", "e\u0301",
            "\u202e", "\ufeff", "\"error\":", "\"detail\":", "\"type\":", "\"status\":", "\"images\":", "\"url\":", "\"request_id\":", "\"COMPLETED\"", "IHDR",
            "IDAT", "IEND", "VP8 ", "VP8X", "VP8L", "RIFF",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next input.</summary>
    public byte[] Next()
    {
        var input = Any();
        for (var steps = _random.Next(1, MostSteps + 1); steps > 0; steps--)
        {
            input = Step(input);
        }

        return input.Length > Longest ? input[..Longest] : input;
    }

    private byte[] Any() => corpus[_random.Next(corpus.Count)];

    private byte[] Step(byte[] input)
    {
        var (from, to) = Range(input);
        return _random.Next(12) switch
        {
            0 => Changed(input, at => (byte)(at ^ (1 << _random.Next(8)))),
            1 => Changed(input, _ => (byte)_random.Next(256)),
            2 => [.. input[..from], .. input[to..]],
            3 => [.. input[..to], .. input[from..to], .. input[to..]],
            4 or 5 => [.. input[..from], .. Tokens[_random.Next(Tokens.Length)], .. input[from..]],
            6 or 7 => [.. input[..from], .. Tokens[_random.Next(Tokens.Length)], .. input[to..]],
            8 => Spliced(input, from, Any()),
            9 => input[..from],
            10 => Repeated(input, from, to),
            _ => _random.Next(20) == 0 ? Nested(input, _random.Next(2) == 0 ? DeepestLevels : _random.Next(1, 200)) : Moved(input, from, to),
        };
    }

    private (int From, int To) Range(byte[] input)
    {
        var from = _random.Next(input.Length + 1);
        return (from, Math.Min(input.Length, from + _random.Next(1, _random.Next(3) == 0 ? 200 : 12)));
    }

    private byte[] Changed(byte[] input, Func<byte, byte> change)
    {
        byte[] changed = [.. input];
        if (changed.Length > 0)
        {
            ref var one = ref changed[_random.Next(changed.Length)];
            one = change(one);
        }

        return changed;
    }

    private byte[] Spliced(byte[] input, int from, byte[] other) => [.. input[..from], .. other[_random.Next(other.Length + 1)..]];

    private byte[] Repeated(byte[] input, int from, int to)
    {
        var count = _random.Next(20) == 0 ? 2000 : _random.Next(2, 20);
        return input.Length > Longest ? input : [.. input[..from], .. Enumerable.Repeat(input[from..to], count).SelectMany(part => part), .. input[to..]];
    }

    private byte[] Moved(byte[] input, int from, int to)
    {
        byte[] rest = [.. input[..from], .. input[to..]];
        var at = _random.Next(rest.Length + 1);
        return [.. rest[..at], .. input[from..to], .. rest[at..]];
    }

    private static byte[] Nested(byte[] input, int levels) =>
    [
        .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"error\":[", levels))), .. input,
        .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("]}", levels))),
    ];
}
