namespace Imagen4.Core.Ledger;

/// <summary>Some whole lines of a segment.</summary>
/// <param name="bytes">The lines, each with its line feed.</param>
internal sealed class SegmentBlock(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The number of bytes.</summary>
    public int Length => bytes.Length;

    /// <summary>What the lines say.</summary>
    public List<LedgerLine> Lines { get; } = [];

    /// <summary>How many lines could not be read.</summary>
    public int Damaged { get; private set; }

    /// <summary>The newest version of the format a header in it names; 0 where there is none.</summary>
    public int Version { get; private set; }

    /// <summary>Reads the lines.</summary>
    public void Parse()
    {
        var reader = new LedgerLineReader();
        var rest = bytes.Span;
        for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
        {
            Parse(reader, rest[..end]);
        }
    }

    private void Parse(LedgerLineReader reader, ReadOnlySpan<byte> line)
    {
        if (reader.Read(CheckedLine.Json(line)) is { } told)
        {
            Lines.Add(told);
        }
        else if (CheckedLine.Read(line, LedgerJson.Plain.SegmentHeader) is { Version: > 0 } header)
        {
            Version = Math.Max(Version, header.Version);
        }
        else
        {
            Damaged++;
        }
    }
}
