namespace Imagen4.Core.Ledger;

/// <summary>Reads what has been added to a segment since it was last read.</summary>
/// <param name="path">The segment.</param>
internal sealed class SegmentReader(string path)
{
    // Large enough to keep a core busy, small enough for a ledger of any size.
    private const int BlockSize = 512 * 1024;

    private long _offset;
    private int _damaged;
    private bool _isTailDamaged;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>How many whole lines could not be read. The end of a segment without a line feed is not one of them: its writer was cut off.</summary>
    public int Damaged => _damaged + (_isTailDamaged ? 1 : 0);

    /// <summary>Reads the lines that are new.</summary>
    /// <param name="take">Takes lines, in no order. A line may come again.</param>
    /// <returns>False when the segment is gone.</returns>
    /// <exception cref="LedgerUnavailableException">It is in a format of the future, or cannot be read.</exception>
    public bool TryRead(Action<LedgerLine> take)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > _offset)
            {
                file.Position = _offset;
                Read(file, file.Length - _offset, take);
            }

            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(Messages.LedgerUnreadable.With(path, error.Message), error);
        }
    }

    private void Read(FileStream file, long length, Action<LedgerLine> take)
    {
        var blocks = new SegmentBlock[length > BlockSize ? Environment.ProcessorCount * 2 : 1];
        var rest = ReadOnlyMemory<byte>.Empty;
        for (var isEnd = false; !isEnd;)
        {
            var count = 0;
            for (; count < blocks.Length && !isEnd; count++)
            {
                (blocks[count], rest, isEnd) = NextBlock(file, rest, (int)Math.Min(length, BlockSize));
            }

            if (count > 1)
            {
                Parallel.For(0, count, index => blocks[index].Parse());
            }
            else
            {
                blocks[0].Parse();
            }

            foreach (var block in blocks.AsSpan(0, count))
            {
                Take(block, take);
            }
        }

        // A writer that is cut off leaves the beginning of a line. A whole line and a byte more is one whose line feed is damaged.
        var tail = rest.Length > 0 ? CheckedLine.Read(rest.Span[..^1], LedgerJson.Plain.LedgerLine) : null;
        _isTailDamaged = tail is not null;
        if (tail is not null)
        {
            take(tail);
        }
    }

    // Whole lines, and the beginning of the one after them.
    private static (SegmentBlock Block, ReadOnlyMemory<byte> Begun, bool IsEnd) NextBlock(FileStream file, ReadOnlyMemory<byte> begun, int size)
    {
        var bytes = new byte[begun.Length + size];
        begun.CopyTo(bytes);
        var read = begun.Length + file.ReadAtLeast(bytes.AsSpan(begun.Length), size, throwOnEndOfStream: false);
        var whole = bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1;
        return (new SegmentBlock(bytes.AsMemory(0, whole)), bytes.AsMemory(whole, read - whole), read < bytes.Length);
    }

    private void Take(SegmentBlock block, Action<LedgerLine> take)
    {
        if (block.Version > SegmentHeader.Current)
        {
            throw new LedgerUnavailableException(Messages.LedgerFromFuture.With(path, block.Version, SegmentHeader.Current));
        }

        _damaged += block.Damaged;
        _offset += block.Length;
        block.Lines.ForEach(take);
    }
}
