using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// A stream of server-sent events in which none grows without end: the parser keeps a line, and the lines of an event, until they are
/// whole.
/// </summary>
/// <param name="body">The stream.</param>
/// <param name="received">Called whenever something has come.</param>
internal sealed class EventBounds(Stream body, Action received) : Stream
{
    /// <summary>The most bytes between two empty lines.</summary>
    public const int Largest = 1024 * 1024;

    private int _sinceEvent;
    private int _lineLength;
    private byte _last;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0)
        {
            received();
            Count(buffer.Span[..read]);
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // A line ends with LF, CR or both; an empty one ends an event (WHATWG HTML, 9.2.6).
    private void Count(ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            var isBreak = one is (byte)'\n' or (byte)'\r';
            var isSecondHalf = one == (byte)'\n' && _last == (byte)'\r';
            if (isBreak && !isSecondHalf && _lineLength == 0)
            {
                _sinceEvent = 0;
            }
            else if (++_sinceEvent > Largest)
            {
                throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(Largest));
            }

            _lineLength = isBreak ? 0 : _lineLength + 1;
            _last = one;
        }
    }
}
