namespace Imagen4.Core.Ledger.Store;

/// <summary>Bytes that are read when they are written down, and not held before or after: images wait for their turn by the dozen.</summary>
/// <param name="Length">How many there are.</param>
/// <param name="Read">Reads some of them, from a place on and as often as they are wanted.</param>
internal sealed record LateBytes(long Length, Func<long, int, Task<byte[]>> Read)
{
    // No more is held at a time; it is just too short for the runtime's heap of large objects, which is tidied up seldom.
    private const int LongestPiece = 64 * 1024;

    /// <summary>All of them.</summary>
    public Task<byte[]> ReadAsync() => Read(0, (int)Length);

    /// <summary>The same in pieces; one where there are none.</summary>
    public IEnumerable<LateBytes> InPieces()
    {
        for (var from = 0L; from < Length || from == 0; from += LongestPiece)
        {
            var (start, length) = (from, (int)Math.Min(LongestPiece, Length - from));
            yield return new LateBytes(length, (at, count) => Read(start + at, count));
        }
    }

    /// <summary>Bytes that are at hand.</summary>
    public static implicit operator LateBytes(byte[] bytes) => new(
        bytes.Length, (from, count) => Task.FromResult(bytes.AsSpan((int)from, count).ToArray()));
}
