using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Imagen4.Emulator.Images;

/// <summary>A hash that is the same in every process and on every machine, unlike <see cref="object.GetHashCode"/>.</summary>
internal static class StableHash
{
    public static ulong Of(string text) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
