using Imagen4.Core.Text;

namespace Imagen4.Core.Emulator;

/// <summary>Finds the <c>dotnet</c> program that can run the emulator.</summary>
internal static class DotnetHost
{
    private const string AspNetCore = "Microsoft.AspNetCore.App";

    /// <summary>Finds it where .NET says it is, then on the PATH, then where it is usually installed.</summary>
    /// <exception cref="EmulatorUnavailableException">There is none, or none with the ASP.NET Core runtime.</exception>
    public static string Find()
    {
        var found = Candidates().Where(File.Exists).Select(Resolve).Distinct().ToList();
        var wanted = Environment.Version.Major;
        return found.FirstOrDefault(program => HasAspNetCore(program, wanted))
            ?? throw new EmulatorUnavailableException(Messages.AspNetCoreMissing.With(wanted));
    }

    private static IEnumerable<string> Candidates()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        IEnumerable<string?> folders =
        [
            Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")),
            Environment.GetEnvironmentVariable("DOTNET_ROOT"),
            .. Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [],
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet"),
            "/usr/share/dotnet",
            "/usr/lib/dotnet",
            "/usr/local/share/dotnet",
        ];
        return folders.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.Combine(folder!, name));
    }

    private static string Resolve(string program) => File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;

    private static bool HasAspNetCore(string program, int major)
    {
        var shared = Path.Combine(Path.GetDirectoryName(program)!, "shared", AspNetCore);
        return Directory.Exists(shared)
            && Directory.EnumerateDirectories(shared, $"{major}.*").Any();
    }
}
