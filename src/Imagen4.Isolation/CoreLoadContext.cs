using System.Reflection;
using System.Runtime.Loader;

namespace Imagen4.Isolation;

/// <summary>
/// Holds the core and its packages, so that another module's versions of the same packages and ours do not meet.
/// What is not in its folder (the runtime, the objects users see) comes from the default context.
/// </summary>
internal sealed class CoreLoadContext(string folder) : AssemblyLoadContext("Imagen4")
{
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(folder, $"{assemblyName.Name}.dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
