using System.Runtime.CompilerServices;

namespace Imagen4.Core.Tests.Support;

/// <summary>
/// Cuts the suite off from the machine it runs on before the first test: no settings, no keys, and a proxy that is dead,
/// so that every test that talks to this machine also proves that the proxy is bypassed.
/// </summary>
internal static class Isolation
{
    public const string DeadProxy = "http://127.0.0.1:1";

    public static readonly string Home = Path.Combine(Path.GetTempPath(), $"imagen4-tests-{Guid.NewGuid():N}");

#pragma warning disable CA2255 // The HTTP stack reads its proxy from the environment once, on first use: nothing later would do.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Isolate()
    {
        foreach (var name in new[] { "all_proxy", "https_proxy", "no_proxy" })
        {
            Environment.SetEnvironmentVariable(name, null);
            Environment.SetEnvironmentVariable(name.ToUpperInvariant(), null);
        }

        string[] own = ["IMAGEN4_PROVIDER", "IMAGEN4_EMULATOR", "IMAGEN4_LEDGER"];
        string[] keys = ["FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET", "CHAINHUB_API_KEY", "KKIAI_API_KEY", "AIMLAPI_API_KEY"];
        foreach (var name in own.Concat(keys))
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("http_proxy", DeadProxy);
        Environment.SetEnvironmentVariable("IMAGEN4_HOME", Home);
    }
}
