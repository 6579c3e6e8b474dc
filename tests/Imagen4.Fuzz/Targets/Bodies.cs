using Imagen4.Core.Http;

namespace Imagen4.Fuzz.Targets;

/// <summary>Bodies that were compressed on their way.</summary>
internal static class Bodies
{
    private const int Bound = 256 * 1024;

    private static readonly string[][] Codings = [["gzip"], ["deflate"], ["br"], ["gzip", "gzip"], ["deflate", "br"], ["identity"], ["x-gzip"], ["zstd"]];

    public static Task ReadAsync(byte[] input)
    {
        foreach (var codings in Codings)
        {
            try
            {
                ReadOnlyMemory<byte> body = input;
                _ = BodyDecoder.TryDecode(ref body, codings, Bound);
            }
            catch (AnswerTooLargeException)
            {
                // What grows beyond the bound is given up.
            }
        }

        return Task.CompletedTask;
    }
}
