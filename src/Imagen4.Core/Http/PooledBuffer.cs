using System.Buffers;
using System.Runtime.InteropServices;

namespace Imagen4.Core.Http;

/// <summary>
/// Bytes in an array that is used again: a host is asked for the state of a request many times, and of a large answer nothing should stay.
/// </summary>
internal sealed class PooledBuffer : IDisposable
{
    private const int Smallest = 4096;

    private byte[] _array = [];

    /// <summary>How many bytes were written.</summary>
    public int Count { get; private set; }

    /// <summary>What was written; not to be used once this is disposed of.</summary>
    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Count);

    /// <summary>Room for more, of at least one byte.</summary>
    public Memory<byte> GetMemory()
    {
        if (Count == _array.Length)
        {
            Reserve(2 * Count);
        }

        return _array.AsMemory(Count);
    }

    /// <summary>Makes room for as many bytes in all, so that nothing is copied meanwhile.</summary>
    public void Reserve(int length)
    {
        if (length > _array.Length || _array.Length == 0)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, Smallest));
            Written.CopyTo(larger);
            Return();
            _array = larger;
        }
    }

    /// <summary>Takes note of what was written into the room.</summary>
    public void Advance(int count) => Count += count;

    /// <summary>Bytes that can be kept when this is disposed of: a copy where they are in it.</summary>
    public ReadOnlyMemory<byte> Kept(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var held) && held.Array == _array ? bytes.ToArray() : bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        Return();
        (_array, Count) = ([], 0);
    }

    private void Return()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
    }
}
