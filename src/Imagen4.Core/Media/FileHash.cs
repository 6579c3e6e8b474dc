using System.Buffers;
using System.Security.Cryptography;

namespace Imagen4.Core.Media;

/// <summary>The SHA-256 of a file.</summary>
internal static class FileHash
{
    // .NET's own method reads 4 KiB at a time, and each read of a file is handed to another thread.
    private const int Piece = 128 * 1024;

    /// <summary>Reads a file from its position to its end.</summary>
    /// <returns>The hash, in hexadecimal digits.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<string> Sha256Async(Stream file, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (await file.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
