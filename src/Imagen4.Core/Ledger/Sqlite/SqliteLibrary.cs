using System.Runtime.InteropServices;
using Imagen4.Core.Text;
using SQLitePCL;

namespace Imagen4.Core.Ledger.Sqlite;

/// <summary>
/// Finds SQLite's native library: the one that comes with the module or the program, else the system's own. In PowerShell the
/// module's load context knows where the first one is.
/// </summary>
internal static class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";

    // UPSERT without a target and RETURNING came with 3.35.
    private const int Oldest = 3_035_000;

    private static readonly Lazy<Outcome> Loaded = new(Load);

    /// <summary>Makes sure that it is loaded.</summary>
    /// <exception cref="LedgerUnavailableException">There is none that can be used; the message says what was tried.</exception>
    public static void Require()
    {
        if (Loaded.Value.Problem is { } problem)
        {
            throw new LedgerUnavailableException(problem, Loaded.Value.Cause);
        }
    }

    private static Outcome Load()
    {
        var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        var tried = new List<string>();
        Exception? cause = null;
        foreach (var (name, place) in Candidates())
        {
            nint library;
            try
            {
                library = NativeLibrary.Load(name, provider, searchPath: null);
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                cause ??= error;
                tried.Add(place);
                continue;
            }

            var version = NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var address)
                ? Marshal.GetDelegateForFunctionPointer<LibraryVersion>(address)()
                : 0;
            if (version < Oldest)
            {
                tried.Add(version == 0
                    ? Messages.SqliteIsNot.With(place)
                    : Messages.SqliteTooOld.With(place, $"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}"));
                continue;
            }

            NativeLibrary.SetDllImportResolver(provider, (wanted, _, _) => wanted == Bundled ? library : 0);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            return new Outcome(null, null);
        }

        return new Outcome(Messages.SqliteMissing.With(RuntimeInformation.RuntimeIdentifier, string.Join(", ", tried)), cause);
    }

    private static IEnumerable<(string Name, string Place)> Candidates()
    {
        var folder = Path.Combine(Path.GetDirectoryName(typeof(SQLite3Provider_e_sqlite3).Assembly.Location)!, "runtimes");
        yield return (Bundled, $"{Bundled} ({folder})");
        var system = OperatingSystem.IsWindows() ? "winsqlite3" : OperatingSystem.IsMacOS() ? "libsqlite3.dylib" : "libsqlite3.so.0";
        yield return (system, system);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int LibraryVersion();

    private sealed record Outcome(string? Problem, Exception? Cause);
}
