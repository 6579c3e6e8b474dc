using System.Text;

namespace Imagen4.Core.Settings;

/// <summary>Reads a file that a user may have written by hand.</summary>
internal static class SettingsFile
{
    /// <summary>The JSON in a file; editors put a byte order mark in front of it, which JSON does not have.</summary>
    public static ReadOnlySpan<byte> Read(string path)
    {
        // Another process may put a new file in its place meanwhile.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var all = new byte[file.Length];
        file.ReadExactly(all);
        ReadOnlySpan<byte> bytes = all;
        return bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
    }
}
