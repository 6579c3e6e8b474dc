using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace Imagen4.Isolation;

/// <summary>
/// Runs before the cmdlets' assembly is loaded and sends its request for the core into the core's own context.
/// It stays after <c>Remove-Module</c>: assemblies stay loaded, and a second import has to find the same ones.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private const string Core = "Imagen4.Core";
    private const string Model = "Imagen4.Model";

    private static readonly string Folder = Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!;
    private static readonly Lazy<CoreLoadContext> Context = new(() => new CoreLoadContext(Path.Combine(Folder, "core")));
    private static int _hooked;

    /// <inheritdoc/>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref _hooked, 1) == 0)
        {
            AssemblyLoadContext.Default.Resolving += Resolve;

            // PowerShell finds types only in assemblies that are loaded, and a script may name one before it runs a command.
            _ = AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(Model));
        }
    }

    // Nothing but our own two assemblies: whoever asks the default context for a package gets it from elsewhere.
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => name.Name switch
    {
        Core => Context.Value.LoadFromAssemblyName(name),
        Model => context.LoadFromAssemblyPath(Path.Combine(Folder, $"{Model}.dll")),
        _ => null,
    };
}
