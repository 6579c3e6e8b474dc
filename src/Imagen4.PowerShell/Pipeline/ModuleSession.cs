using Imagen4.Core.Emulator;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline;
using Imagen4.Core.Providers;

namespace Imagen4.PowerShell.Pipeline;

/// <summary>What all runspaces of this process share. Nothing of it is made before a command uses it.</summary>
internal static class ModuleSession
{
    /// <summary>The profiles that can be used.</summary>
    public static ProviderCatalog Providers { get; } = new();

    /// <summary>All that the cmdlets do with the core.</summary>
    public static ImagenClient Client { get; } = new(Providers, new LedgerCatalog());

    /// <summary>The emulator of this process, if one runs.</summary>
    public static EmulatorSession Emulator { get; } = new(Providers);
}
