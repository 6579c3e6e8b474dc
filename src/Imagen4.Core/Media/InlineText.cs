using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Imagen4.Core.Media;

/// <summary>The text of an image inside an answer, piece by piece and without its escapes: those of JSON, and those of a data URI.</summary>
/// <param name="image">The image.</param>
internal sealed class InlineText(ImageBytes.Inline image) : IDisposable
{
    /// <summary>The most bytes that a piece can have.</summary>
    public const int LongestPiece = 64 * 1024;

    // A slash may be written \/ and a plus \u002B.
    private const int LongestEscape = 6;

    private readonly byte[] _raw = ArrayPool<byte>.Shared.Rent(LongestPiece);
    private readonly byte[] _piece = ArrayPool<byte>.Shared.Rent(LongestPiece);
    private readonly int _held = JsonMarshal.GetRawUtf8Value(image.Text).Length - 2 - (image.Rest?.MarkLength ?? 0);

    private readonly byte[] _cut = new byte[PercentEscape.Length - 1];

    private long _at;
    private int _length;
    private int _unread;
    private int _cutLength;
    private DataUriHeader? _header;

    /// <summary>Whether it is a data URI.</summary>
    public bool IsDataUri { get; } = InlineImage.IsDataUri(image.Text);

    /// <summary>Whether it is base64; known once the first piece was read.</summary>
    public bool IsBase64 => _header?.IsBase64 ?? true;

    /// <summary>Its length in bytes, with the escapes as they were written.</summary>
    public long Length => _held + (image.Rest?.Length ?? 0);

    /// <summary>Whether the last piece was the last.</summary>
    public bool IsAtEnd => _at == Length && _unread == 0;

    /// <summary>The next piece; of a data URI, of its data.</summary>
    /// <param name="left">How many bytes at the end of the last piece are to come again, at the beginning of this one.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidMediaException">It has an escape that no text can hold, or is a data URI without data.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync(int left, CancellationToken cancellation)
    {
        _piece.AsSpan(_length - left, left).CopyTo(_piece);
        _cut.AsSpan(0, _cutLength).CopyTo(_piece.AsSpan(left));
        var before = left + _cutLength;
        var read = _unread;
        var room = LongestPiece - before - read - 2;
        while (room > 0 && _at < Length && await ReadAsync(_raw.AsMemory(read + 1, room), cancellation).ConfigureAwait(false) is > 0 and var more)
        {
            (_at, read, room) = (_at + more, read + more, room - more);
        }

        var whole = _at < Length ? WithoutCut(_raw.AsSpan(1, read)) : read;
        _length = before + Unescape(whole, _piece.AsSpan(before));
        _unread = read - whole;
        _raw.AsSpan(1 + whole, _unread).CopyTo(_raw.AsSpan(1));
        if (!IsDataUri)
        {
            return _piece.AsMemory(0, _length);
        }

        // The escapes before the data are no part of the data.
        var start = _header is null ? ReadHeader() : 0;
        _length = start + left + PercentDecode(_piece.AsSpan(start + left, _length - start - left));
        return _piece.AsMemory(start, _length - start);
    }

    /// <summary>Writes it as it stands in the answer.</summary>
    public async Task CopyRawAsync(Stream target, CancellationToken cancellation)
    {
        for (_at = 0; _at < Length;)
        {
            var read = await ReadAsync(_raw, cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _at += read;
            await target.WriteAsync(_raw.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_raw);
        ArrayPool<byte>.Shared.Return(_piece);
    }

    private ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellation)
    {
        if (_at >= _held)
        {
            return image.Rest!.ReadAsync(_at - _held, target, cancellation);
        }

        var held = JsonMarshal.GetRawUtf8Value(image.Text).Slice(1 + (int)_at, (int)Math.Min(target.Length, _held - _at));
        held.CopyTo(target.Span);
        return ValueTask.FromResult(held.Length);
    }

    // The length without an escape that ends in the next piece.
    private static int WithoutCut(ReadOnlySpan<byte> raw)
    {
        var from = Math.Max(0, raw.Length - LongestEscape + 1);
        var escape = raw[from..].LastIndexOf((byte)'\\');
        return escape < 0 || (from + escape + 1 < raw.Length && raw[from + escape + 1] != (byte)'u') ? raw.Length : from + escape;
    }

    private int Unescape(int length, Span<byte> target)
    {
        var raw = _raw.AsSpan(1, length);
        if (!raw.Contains((byte)'\\'))
        {
            raw.CopyTo(target);
            return length;
        }

        // Only the end of what is being read may be overwritten: it is not part of this piece.
        var (before, behind) = (_raw[0], _raw[length + 1]);
        (_raw[0], _raw[length + 1]) = ((byte)'"', (byte)'"');
        try
        {
            var reader = new Utf8JsonReader(_raw.AsSpan(0, length + 2));
            _ = reader.Read();
            return reader.CopyString(target);
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException)
        {
            throw new InvalidMediaException(Messages.DataUriMalformed, error);
        }
        finally
        {
            (_raw[0], _raw[length + 1]) = (before, behind);
        }
    }

    private int ReadHeader()
    {
        _header = DataUriHeader.Find(_piece.AsSpan(0, _length)) ?? throw new InvalidMediaException(Messages.DataUriMalformed);
        return _header.Value.Length;
    }

    // In place. What is cut at the end is left to the next piece.
    private int PercentDecode(Span<byte> piece)
    {
        _cutLength = 0;
        var first = piece.IndexOf((byte)'%');
        var to = first < 0 ? piece.Length : first;
        for (var from = to; from < piece.Length; to++)
        {
            var rest = piece[from..];
            if (rest[0] == (byte)'%' && rest.Length < PercentEscape.Length && !IsAtEnd)
            {
                _cutLength = rest.Length;
                rest.CopyTo(_cut);
                break;
            }

            piece[to] = PercentEscape.Read(rest, out var length);
            from += length;
        }

        return to;
    }
}
