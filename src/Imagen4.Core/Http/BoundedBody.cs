using System.Buffers;

namespace Imagen4.Core.Http;

/// <summary>Reads a body that may be as large as it likes, up to a bound.</summary>
internal static class BoundedBody
{
    /// <summary>Reads the whole body.</summary>
    /// <exception cref="AnswerTooLargeException">It is larger than the bound.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int bound, CancellationToken cancellation)
    {
        var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var body = new ArrayBufferWriter<byte>();
            while (true)
            {
                var read = await stream.ReadAsync(body.GetMemory(4096), cancellation).ConfigureAwait(false);
                if (read == 0)
                {
                    return body.WrittenMemory;
                }

                body.Advance(read);
                if (body.WrittenCount > bound)
                {
                    throw new AnswerTooLargeException(Messages.AnswerTooLarge.With(bound));
                }
            }
        }
    }
}
