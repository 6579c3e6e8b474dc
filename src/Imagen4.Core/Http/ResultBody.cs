using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// Reads a result. Its images may be texts of many megabytes in it: those are set aside as they arrive, and what else is long is kept in a
/// file until all of it has arrived, so that little is held in memory however many results arrive at the same time, and however slowly.
/// </summary>
/// <param name="bounds">How much is taken.</param>
/// <param name="permit">Lets it hold more than others may.</param>
[SuppressMessage("Design", "CA1001", Justification = "It is for one read, which disposes of what it has opened.")]
internal sealed class ResultBody(ResultBounds bounds, LargeResultPermit permit)
{
    // Of a text of base64, with or without the header of a data URI. An address may have as many letters in a row.
    private const int LongestRun = 2 * 1024;
    private const int LongestStep = 1024;

    // More images than these are not saved.
    private const int MostImages = 64;
    private const int ShortestRun = 128;

    // Of UTF-16, in bytes.
    private const int MarkLength = 2;

    private static readonly byte[] NoJson = [0xEF, 0xBB, 0xBF, .. " \t\r\n"u8];

    private static ReadOnlySpan<byte> DataScheme => "data:"u8;

    // Some are escaped, with a backslash.
    private static readonly SearchValues<byte> Base64Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\\"u8);

    private Spool _body = new();
    private long _length;
    private LongTexts? _texts;
    private Utf16Reader? _utf16;
    private bool? _isJson;
    private JsonTexts _json;

    // The text that is being read: whether and where it is set aside, how much of it is held, and with how many letters of base64 that ends.
    private bool _isSetAside;
    private long _from;
    private int _textLength;
    private int _run;
    private readonly byte[] _start = new byte[DataScheme.Length];

    // All that is held of texts that are set aside.
    private int _beginnings;

    /// <summary>Reads the whole body.</summary>
    /// <param name="content">The body.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="waiting">Stops it while it waits for the permit; null for the same.</param>
    /// <returns>What is held of it, what has been set aside, and whether no compression is left.</returns>
    /// <exception cref="AnswerTooLargeException">It is larger than the bounds.</exception>
    public async Task<(ReadOnlyMemory<byte> Body, LongTexts? Texts, bool IsDecoded)> ReadAsync(
        HttpContent content, CancellationToken cancellation, CancellationToken? waiting = null)
    {
        if (content.Headers.ContentLength > bounds.Whole)
        {
            throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bounds.Whole));
        }

        try
        {
            var source = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                var isDecoded = await ReadAsync(source, [.. content.Headers.ContentEncoding], cancellation).ConfigureAwait(false);
                if (_body.Length > bounds.Held)
                {
                    await permit.AcquireAsync(waiting ?? cancellation).ConfigureAwait(false);
                }

                return (await ReadHeldAsync(isDecoded).ConfigureAwait(false), _texts, isDecoded);
            }
        }
        catch
        {
            _texts?.Dispose();
            permit.Release();
            throw;
        }
        finally
        {
            _body.Dispose();
        }
    }

    // What is held of it. It has arrived: whoever stops now has it all the same.
    private async Task<ReadOnlyMemory<byte>> ReadHeldAsync(bool isDecoded)
    {
        var length = (int)_body.Length;

        // The beginnings of images are none of what makes it large.
        if (!isDecoded || length - _beginnings <= JsonExcerpt.LargestWhole)
        {
            return BodyDecoder.WithoutMark(await _body.ReadAsync(0, length, CancellationToken.None).ConfigureAwait(false));
        }

        // Megabytes that are needed for a moment, for one result after another, would be garbage for much longer.
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _body.ReadExactlyAsync(0, rented.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
            var body = BodyDecoder.WithoutMark(rented.AsMemory(0, length));
            var excerpt = JsonExcerpt.Of(body);
            return excerpt.Length > bounds.Kept ? throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bounds.Kept))
                : excerpt.Equals(body) ? body.ToArray() : excerpt;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private async Task<bool> ReadAsync(Stream source, string[] codings, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var (decoded, isDecoded) = await BodyDecoder.DecodedAsync(source, codings, cancellation).ConfigureAwait(false);
            await using (decoded.ConfigureAwait(false))
            {
                while (await decoded.ReadAtLeastAsync(buffer, MarkLength, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)
                    is > 0 and var read)
                {
                    _length += read;
                    if (_length > bounds.Whole)
                    {
                        throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bounds.Whole));
                    }

                    _utf16 ??= _length == read ? Utf16Reader.For(buffer.AsSpan(0, read)) : null;
                    await AddAsync(_utf16?.Read(buffer.AsSpan(0, read)) ?? buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                }
            }

            return isDecoded;
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            _body.Dispose();
            _body = new Spool();
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        // Only JSON has texts to be set aside.
        _isJson ??= piece.Span.TrimStart(NoJson)
            is { Length: > 0 } start ? start[0] is (byte)'{' or (byte)'[' : null;
        if (_isJson != true)
        {
            await KeepAsync(piece, cancellation).ConfigureAwait(false);
            return;
        }

        while (!piece.IsEmpty)
        {
            var length = _json.Next(piece.Span, out var part);
            switch (part)
            {
                case JsonPart.Text:
                    await AddTextAsync(piece[..length], cancellation).ConfigureAwait(false);
                    break;

                case JsonPart.Escape when _isSetAside:
                    await SetAsideAsync(piece[..length], cancellation).ConfigureAwait(false);
                    break;

                default:
                    await EndTextAsync(part, cancellation).ConfigureAwait(false);
                    await KeepAsync(piece[..length], cancellation).ConfigureAwait(false);
                    break;
            }

            piece = piece[length..];
        }
    }

    private async ValueTask AddTextAsync(ReadOnlyMemory<byte> part, CancellationToken cancellation)
    {
        while (!_isSetAside)
        {
            var longest = _texts is { Count: >= MostImages } ? ShortestRun : LongestRun;
            var isImage = _run >= longest && (_run == _textLength || Ascii.EqualsIgnoreCase(_start, DataScheme));
            var most = isImage ? 0 : Math.Min(Math.Min(LongestStep, longest), Math.Max(0, bounds.Beginning - _textLength));
            var kept = Whole(part.Span, Math.Min(part.Length, most));
            if (_textLength < _start.Length)
            {
                part.Span[..Math.Min(kept, _start.Length - _textLength)].CopyTo(_start.AsSpan(_textLength));
            }

            await KeepAsync(part[..kept], cancellation).ConfigureAwait(false);
            _textLength += kept;
            _run = part.Span[..kept].LastIndexOfAnyExcept(Base64Letters) is var last and >= 0 ? kept - last - 1 : _run + kept;
            part = part[kept..];
            if (part.IsEmpty)
            {
                return;
            }

            if (kept == 0)
            {
                _texts ??= new LongTexts();
                (_isSetAside, _from) = (true, _texts.Length);
                _beginnings += _textLength;
            }
        }

        await SetAsideAsync(part, cancellation).ConfigureAwait(false);
    }

    private ValueTask SetAsideAsync(ReadOnlyMemory<byte> part, CancellationToken cancellation) =>
        _texts!.Length + part.Length - _from <= bounds.Text
            ? _texts.WriteAsync(part, cancellation)
            : throw new AnswerTooLargeException(Messages.AnswerTextTooLarge.With(bounds.Text));

    // No character is divided.
    private static int Whole(ReadOnlySpan<byte> part, int length)
    {
        while (length < part.Length && (part[length] & 0xC0) == 0x80)
        {
            length++;
        }

        return length;
    }

    private async ValueTask EndTextAsync(JsonPart part, CancellationToken cancellation)
    {
        if (part == JsonPart.End)
        {
            if (_isSetAside)
            {
                await KeepAsync(_texts!.End(_from), cancellation).ConfigureAwait(false);
            }

            (_isSetAside, _textLength, _run) = (false, 0, 0);
            _start.AsSpan().Clear();
        }
    }

    private ValueTask KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _body.Length + bytes.Length <= bounds.HeldByFew
        ? _body.WriteAsync(bytes, cancellation)
        : throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bounds.HeldByFew));
}

/// <summary>How much of a result is taken, in bytes.</summary>
/// <param name="Whole">The largest result.</param>
/// <param name="Held">The most of it that is held in memory by any number of results.</param>
/// <param name="Text">The largest text in it.</param>
/// <param name="Beginning">The most of a text that is held.</param>
internal sealed record ResultBounds(long Whole, int Held, long Text, int Beginning)
{
    /// <summary>
    /// Of any host. Four images of 2K in base64 have some 60 MB, and the largest image that is saved, of 100 MiB, has 134 MiB. Nobody
    /// reads more of a text than its beginning.
    /// </summary>
    public static ResultBounds Largest { get; } = new(256 * 1024 * 1024, 128 * 1024, 136 * 1024 * 1024, 8 * 1024)
    {
        HeldByFew = 4 * 1024 * 1024,
        Kept = 2 * 1024 * 1024,
    };

    /// <summary>The most of it that is held by those with a permit: what a host returns besides images may be long.</summary>
    public int HeldByFew { get; init; } = Held;

    /// <summary>The most of it that is kept when it has been read: of JSON, an excerpt is never as long.</summary>
    public int Kept { get; init; } = int.MaxValue;
}
