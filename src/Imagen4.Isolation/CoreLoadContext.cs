using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Imagen4.Isolation;

/// <summary>
/// Holds the core and its packages, so that another module's versions of the same packages and ours do not meet.
/// What is not in its folder (the runtime, the objects users see) comes from the default context.
/// </summary>
internal sealed class CoreLoadContext(string folder) : AssemblyLoadContext("Imagen4")
{
    // One that was compiled for this platform starts sooner.
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var file = $"{assemblyName.Name}.dll";
        foreach (var platform in Platforms())
        {
            if (LoadFrom(Path.Combine(folder, platform, file)) is { } compiled && IsAskedFor(compiled.GetName(), assemblyName))
            {
                return compiled;
            }
        }

        var path = Path.Combine(folder, file);
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    // PowerShell looks for native libraries nowhere near a module. By its full path, so that one of the same name that another
    // module has loaded is not taken for it; what is not here is left to the system.
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (var platform in Platforms())
        {
            var path = Path.Combine(folder, "runtimes", platform, "native", FileName(unmanagedDllName));
            if (File.Exists(path) && NativeLibrary.TryLoad(path, out var library))
            {
                return library;
            }
        }

        return 0;
    }

    private Assembly? LoadFrom(string path)
    {
        try
        {
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
        catch (Exception error) when (error is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            // It is not for this platform after all, or cannot be read.
            return null;
        }
    }

    private static bool IsAskedFor(AssemblyName found, AssemblyName wanted) =>
        found.Name == wanted.Name && (wanted.Version is null || found.Version == wanted.Version);

    // The runtime's own identifier is no help: one that a distribution has built says ubuntu.24.04-x64 or alpine.3.22-x64.
    private static IEnumerable<string> Platforms()
    {
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        if (!OperatingSystem.IsLinux())
        {
            return [$"{(OperatingSystem.IsWindows() ? "win" : "osx")}-{architecture}"];
        }

        // A library for the other C library does not load, so the worse guess costs a try only.
        string[] both = [$"linux-{architecture}", $"linux-musl-{architecture}"];
        var isMusl = RuntimeInformation.RuntimeIdentifier is var identifier
            && (identifier.Contains("musl", StringComparison.Ordinal) || identifier.StartsWith("alpine", StringComparison.Ordinal));
        return isMusl ? both.Reverse() : both;
    }

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
}
