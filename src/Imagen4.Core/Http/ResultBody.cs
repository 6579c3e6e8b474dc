using System.Buffers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Http;

/// <summary>
/// Reads a result. Its images may stand in it as texts of many megabytes: those are set aside as they come, so that what is held in
/// memory is small however many results come at the same time.
/// </summary>
/// <param name="bounds">How much is taken.</param>
/// <param name="permit">Lets it hold more than others may.</param>
internal sealed class ResultBody(ResultBounds bounds, LargeResultPermit permit)
{
    private static readonly byte[] NoJson = [0xEF, 0xBB, 0xBF, .. " \t\r\n"u8];

    private readonly ArrayBufferWriter<byte> _body = new(4096);
    private long _length;
    private LongTexts? _texts;
    private bool? _isJson;
    private JsonTexts _json;

    // The text that is being read: whether and where it is set aside, and how much of it is held.
    private bool _isSetAside;
    private long _from;
    private int _textLength;

    /// <summary>Reads the whole body.</summary>
    /// <param name="content">The body.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What is held of it, what has been set aside, and whether no compression is left.</returns>
    /// <exception cref="AnswerTooLargeException">It is larger than the bounds.</exception>
    public async Task<(ReadOnlyMemory<byte> Body, LongTexts? Texts, bool IsDecoded)> ReadAsync(
        HttpContent content, CancellationToken cancellation)
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
                var body = BodyDecoder.WithoutMark(_body.WrittenMemory);

                // The beginnings of images are none of what makes it large.
                var isLarge = body.Length - ((_texts?.Count ?? 0) * bounds.Beginning) > JsonExcerpt.LargestWhole;
                return (isDecoded && isLarge ? JsonExcerpt.Of(body) : body, _texts, isDecoded);
            }
        }
        catch
        {
            _texts?.Dispose();
            permit.Release();
            throw;
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
                while (await decoded.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
                {
                    _length += read;
                    if (_length > bounds.Whole)
                    {
                        throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bounds.Whole));
                    }

                    await AddAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                }
            }

            return isDecoded;
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            _body.ResetWrittenCount();
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        if (bounds.HeldByFew > bounds.Held && _body.WrittenCount + piece.Length > bounds.Held)
        {
            await permit.AcquireAsync(cancellation).ConfigureAwait(false);
        }

        // Only JSON has texts to be set aside.
        _isJson ??= piece.Span.TrimStart(NoJson)
            is { Length: > 0 } start ? start[0] is (byte)'{' or (byte)'[' : null;
        if (_isJson != true)
        {
            Keep(piece.Span);
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
                    EndText(part);
                    Keep(piece.Span[..length]);
                    break;
            }

            piece = piece[length..];
        }
    }

    private async ValueTask AddTextAsync(ReadOnlyMemory<byte> part, CancellationToken cancellation)
    {
        if (!_isSetAside)
        {
            var kept = Whole(part.Span, Math.Min(part.Length, Math.Max(0, bounds.Beginning - _textLength)));
            Keep(part.Span[..kept]);
            _textLength += kept;
            part = part[kept..];
            if (part.IsEmpty)
            {
                return;
            }

            _texts ??= new LongTexts();
            (_isSetAside, _from) = (true, _texts.Length);
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

    private void EndText(JsonPart part)
    {
        if (part == JsonPart.End)
        {
            if (_isSetAside)
            {
                Keep(_texts!.End(_from));
            }

            (_isSetAside, _textLength) = (false, 0);
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_body.WrittenCount + bytes.Length > bounds.HeldByFew)
        {
            throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bounds.HeldByFew));
        }

        _body.Write(bytes);
    }
}

/// <summary>How much of a result is taken, in bytes.</summary>
/// <param name="Whole">The largest result.</param>
/// <param name="Held">The most of it that is held in memory by any number of results.</param>
/// <param name="Text">The largest text in it.</param>
/// <param name="Beginning">How much of a text is held.</param>
internal sealed record ResultBounds(long Whole, int Held, long Text, int Beginning)
{
    /// <summary>
    /// Of any host. Four images of 2K in base64 have some 60 MB, and the largest image that is saved, of 100 MiB, has 134 MiB. Nobody
    /// reads more of a text than its beginning.
    /// </summary>
    public static ResultBounds Largest { get; } = new(256 * 1024 * 1024, 128 * 1024, 136 * 1024 * 1024, 16 * 1024)
    {
        HeldByFew = 2 * 1024 * 1024,
    };

    /// <summary>The most of it that is held by those with a permit: what a host returns besides images may be long.</summary>
    public int HeldByFew { get; init; } = Held;
}
