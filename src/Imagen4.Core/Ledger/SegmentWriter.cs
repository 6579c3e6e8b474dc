using System.Threading.Channels;

namespace Imagen4.Core.Ledger;

/// <summary>
/// The one writer of a segment. Lines that come together are written together and share one flush, so that many rows at once
/// do not wait for each other's.
/// </summary>
/// <param name="folder">The ledger's files.</param>
/// <param name="owner">The process that writes.</param>
internal sealed class SegmentWriter(LedgerFolder folder, string owner) : IAsyncDisposable
{
    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private Task? _loop;
    private FileStream? _file;
    private volatile string? _path;
    private int _begun;
    private long _headerLength;

    /// <summary>The segment being written, from before its file is there until after it is closed; else null.</summary>
    public string? Path => _path;

    /// <summary>Writes a line. When it returns, the line outlives the process; a durable one outlives a power failure.</summary>
    /// <exception cref="LedgerUnavailableException">The line could not be written, and nothing of it stands in the segment.</exception>
    public Task WriteAsync(byte[] line, bool durable)
    {
        lock (_lock)
        {
            _loop ??= Task.Run(RunAsync);
        }

        var pending = new Pending(line, durable, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _queue.Writer.TryWrite(pending)
            ? pending.Written.Task
            : throw new LedgerUnavailableException(Messages.LedgerClosed);
    }

    /// <summary>Ends the segment; the next line begins another one.</summary>
    public async Task EndSegmentAsync()
    {
        var pending = new Pending([], IsDurable: false, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_loop is not null && _queue.Writer.TryWrite(pending))
        {
            await pending.Written.Task.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _ = _queue.Writer.TryComplete();
        await (_loop ?? Task.CompletedTask).ConfigureAwait(false);
        Close();
    }

    private async Task RunAsync()
    {
        var batch = new List<Pending>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (_queue.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            Write(batch);
        }
    }

    private void Write(List<Pending> batch)
    {
        try
        {
            Append(batch);
        }
#pragma warning disable CA1031 // Whatever it is: those who wait for their lines must hear of it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var failure = new LedgerUnavailableException(Messages.LedgerUnwritable.With(folder.Root, error.Message), error);
            batch.ForEach(pending => pending.Written.TrySetException(failure));
            return;
        }

        batch.ForEach(pending => pending.Written.TrySetResult());
    }

    private void Append(List<Pending> batch)
    {
        var lines = batch.Where(pending => pending.Line.Length > 0).ToList();
        if (lines.Count > 0)
        {
            var file = Open();
            var whole = file.Length;
            try
            {
                lines.ForEach(pending => file.Write(pending.Line));
                file.Flush(flushToDisk: lines.Exists(pending => pending.IsDurable));
            }
            catch
            {
                Abandon(file, whole);
                throw;
            }
        }

        if (lines.Count < batch.Count)
        {
            Close();
        }
    }

    // A segment somebody has deleted would be written to for nothing.
    private FileStream Open()
    {
        if (_file is not null && File.Exists(_path))
        {
            return _file;
        }

        Close();
        folder.Create();
        var path = folder.Segment(owner, ++_begun);
        _path = path;
        try
        {
            _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
            _file.Write(CheckedLine.Write(new SegmentHeader(SegmentHeader.Current, owner), LedgerJson.Plain.SegmentHeader));
            _headerLength = _file.Length;
            DirectorySync.Flush(folder.Segments);
            return _file;
        }
        catch
        {
            Abandon(_file, 0);
            throw;
        }
    }

    // Half a line in the middle of a segment would be damage, and others may have read what is taken back: the segment ends here.
    private void Abandon(FileStream? file, long length)
    {
        try
        {
            file?.SetLength(length);
            if (length <= _headerLength)
            {
                File.Delete(_path!);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What stands there says more than was done: an intent that was not followed by a request.
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        _file?.Dispose();
        (_file, _path) = (null, null);
    }

    private sealed record Pending(byte[] Line, bool IsDurable, TaskCompletionSource Written);
}
