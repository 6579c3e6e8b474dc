using Imagen4.Core.Ledger;

namespace Imagen4.Torture;

/// <summary>A segment some of whose bits are flipped, and what may still be read from it.</summary>
internal sealed class DamagedSegment
{
    private readonly byte[] _whole;
    private readonly List<Part> _parts;
    private readonly HashSet<int> _touched = [];

    /// <summary>Takes a segment.</summary>
    /// <param name="whole">The undamaged bytes.</param>
    public DamagedSegment(byte[] whole) => (_whole, Bytes, _parts) = (whole, whole, Split(whole));

    /// <summary>The bytes with the damage.</summary>
    public byte[] Bytes { get; private set; }

    /// <summary>Starts afresh and flips one bit; in one of four trials, up to five.</summary>
    /// <returns>The positions.</returns>
    public IReadOnlyList<int> Flip(Random random)
    {
        Bytes = [.. _whole];
        _touched.Clear();
        var bits = new HashSet<int>();
        for (var left = random.Next(4) == 0 ? random.Next(2, 6) : 1; left > 0; left--)
        {
            // The last line feed goes alone: with it, more damage to the last line looks like a writer that was cut off.
            var bit = random.Next((_whole.Length - (bits.Count > 0 || left > 1 ? 1 : 0)) * 8);
            if (bits.Add(bit))
            {
                Touch(bit);
            }
        }

        return [.. bits];
    }

    /// <summary>The states a request may have: every undamaged line counts; of the others, those that still read the same.</summary>
    public HashSet<string?> Possible(string ledgerId)
    {
        var own = _parts.Select((part, index) => (part.Line, IsTouched: _touched.Contains(index)))
            .Where(part => part.Line?.LedgerId == ledgerId).ToList();
        var sure = own.Where(part => !part.IsTouched).Select(part => part.Line!).ToList();
        var rest = own.Where(part => part.IsTouched).Select(part => part.Line!).ToList();
        return [.. Enumerable.Range(0, 1 << rest.Count).Select(set => Sample.State([.. sure, .. rest.Where((_, index) => (set & (1 << index)) != 0)]))];
    }

    private void Touch(int bit)
    {
        Bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        for (var index = 0; index < _parts.Count; index++)
        {
            // The line feed before a line is where it begins.
            if (bit / 8 >= _parts[index].Start - 1 && bit / 8 < _parts[index].End)
            {
                _ = _touched.Add(index);
            }
        }
    }

    private static List<Part> Split(byte[] bytes)
    {
        var parts = new List<Part>();
        for (var start = 0; start < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start) + 1;
            parts.Add(new Part(start, end, CheckedLine.Read(bytes.AsSpan(start..(end - 1)), LedgerJson.Plain.LedgerLine)));
            start = end;
        }

        return parts;
    }

    private sealed record Part(int Start, int End, LedgerLine? Line);
}
