using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Imagen4.Core.Providers;

/// <summary>Whose a file is, on Linux. .NET has no call for it.</summary>
internal static class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint Owner = 0x8;

    // struct statx is the same on every processor: 256 bytes, the owner at 20.
    private const int Length = 256;
    private const int OwnerAt = 20;

    /// <summary>The number of the user that this process acts as.</summary>
    public static uint OwnUser => GetEffectiveUser();

    /// <summary>The number of the user that a file or folder belongs to; null where that cannot be told.</summary>
    public static uint? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var found = new byte[Length];
        try
        {
            return StatX(CurrentDirectory, path, flags: 0, Owner, found) == 0
                ? BitConverter.IsLittleEndian
                    ? BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(OwnerAt))
                    : BinaryPrimitives.ReadUInt32BigEndian(found.AsSpan(OwnerAt))
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUser();

    [DllImport("libc", EntryPoint = "statx", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(
        int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] found);
}
