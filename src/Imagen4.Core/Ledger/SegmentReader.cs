namespace Imagen4.Core.Ledger;

/// <summary>Reads what has been added to a segment since it was last read.</summary>
/// <param name="path">The segment.</param>
internal sealed class SegmentReader(string path)
{
    private long _offset;
    private bool _hasHeader;

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>The process that writes it; null before its header was read, or where it stands for several.</summary>
    public string? Owner { get; private set; }

    /// <summary>How many whole lines could not be read. The end of a segment without a line feed is not one of them: its writer was cut off.</summary>
    public int Damaged { get; private set; }

    /// <summary>Reads the lines that are new.</summary>
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
                var bytes = new byte[file.Length - _offset];
                Take(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)), take);
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

    private void Take(ReadOnlySpan<byte> bytes, Action<LedgerLine> take)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..], _offset += end + 1)
        {
            var line = bytes[..end];
            if (!_hasHeader)
            {
                var header = CheckedLine.Read(line, LedgerJson.Plain.SegmentHeader);
                if (header is { Version: > 0 })
                {
                    Demand(header);
                    _hasHeader = true;
                    continue;
                }

                _hasHeader = true;
            }

            if (CheckedLine.Read(line, LedgerJson.Plain.LedgerLine) is { } told)
            {
                take(told);
            }
            else
            {
                Damaged++;
            }
        }
    }

    private void Demand(SegmentHeader header)
    {
        if (header.Version > SegmentHeader.Current)
        {
            throw new LedgerUnavailableException(Messages.LedgerFromFuture.With(path, header.Version, SegmentHeader.Current));
        }

        Owner = header.Owner;
    }
}
