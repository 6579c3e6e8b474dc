using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>
/// Finds SQLite's native library: the one that comes with the module, else the system's own. PowerShell does not look for
/// native libraries beside a module, so they are looked for here.
/// </summary>
internal static class SqliteLibrary
{
    // UPSERT without a target and RETURNING came with 3.35.
    private const int Oldest = 3_035_000;

    private static readonly Lazy<Outcome> Loaded = new(Load);

    /// <summary>Makes sure that it is loaded.</summary>
    /// <exception cref="LedgerUnavailableException">There is none that can be used; the message says what was tried.</exception>
    public static void Demand()
    {
        if (Loaded.Value.Problem is { } problem)
        {
            throw new LedgerUnavailableException(problem);
        }
    }

    private static Outcome Load()
    {
        var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        var tried = new List<string>();
        foreach (var name in Candidates(provider))
        {
            if (!NativeLibrary.TryLoad(name, provider, searchPath: null, out var library))
            {
                tried.Add(name);
                continue;
            }

            var version = NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var address)
                ? Marshal.GetDelegateForFunctionPointer<LibraryVersion>(address)()
                : 0;
            if (version < Oldest)
            {
                tried.Add($"{name} ({version / 1_000_000}.{version / 1000 % 1000})");
                continue;
            }

            NativeLibrary.SetDllImportResolver(provider, (wanted, _, _) => wanted == "e_sqlite3" ? library : 0);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return new Outcome(null);
        }

        return new Outcome(Messages.SqliteMissing.With(RuntimeInformation.RuntimeIdentifier, string.Join(", ", tried)));
    }

    // Beside the core under its platform's name, as packages have it; where a program's own host resolves it; the system's.
    private static IEnumerable<string> Candidates(Assembly provider)
    {
        var folder = Path.GetDirectoryName(typeof(SqliteLibrary).Assembly.Location)!;
        var file = OperatingSystem.IsWindows() ? "e_sqlite3.dll" : OperatingSystem.IsMacOS() ? "libe_sqlite3.dylib" : "libe_sqlite3.so";
        yield return Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file);
        yield return "e_sqlite3";
        yield return OperatingSystem.IsWindows() ? "winsqlite3" : OperatingSystem.IsMacOS() ? "libsqlite3.dylib" : "libsqlite3.so.0";
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int LibraryVersion();

    private sealed record Outcome(string? Problem);
}
