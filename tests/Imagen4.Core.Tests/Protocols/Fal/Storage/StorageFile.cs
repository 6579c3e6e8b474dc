using System.Security.Cryptography;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal.Storage;

/// <summary>Files for uploads, and hosts that take them.</summary>
internal static class StorageFile
{
    public const int PartSize = 10 * 1024 * 1024;

    public static FileContent Of(byte[] bytes, string name = "ref.png", string type = "image/png") =>
        new(name, type, bytes.Length, offset => new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset, writable: false));

    /// <summary>A file of some parts, each of which begins with its own number.</summary>
    public static FileContent InParts(int parts, out string hash)
    {
        var bytes = new byte[((parts - 1) * PartSize) + 5];
        for (var part = 0; part < parts; part++)
        {
            bytes[part * PartSize] = (byte)(part + 1);
        }

        hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return Of(bytes, "film.mp4", "video/mp4");
    }

    public static HostConnection At(Uri storage, TimeProvider? time = null, Action<string>? trace = null) => TestHost.Connect(
        TestHost.Profile(new Uri("https://queue.example")) with { StorageUri = storage }, time, trace);
}
