using System.Numerics;

namespace Imagen4.Emulator.Signing;

/// <summary>Numbers as bytes, the lowest first.</summary>
internal static class LittleEndian
{
    public static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    public static byte[] Write(BigInteger value, int length)
    {
        var bytes = new byte[length];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }
}
