using Imagen4.Core.Providers;

namespace Imagen4.Core.Tests.Support;

/// <summary>A test that may set environment variables and session providers: all are put back afterwards. It has a home of its own.</summary>
[Trait(RunsAlone.Trait, "Alone")]
public abstract class EnvironmentTest : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    protected EnvironmentTest() => Set("IMAGEN4_HOME", Home.Path);

    internal TempFolder Home { get; } = new();

    public void Dispose()
    {
        File.Delete(Home.At("settings.json"));
        foreach (var profile in TestClient.Providers.All().Where(profile => profile.Scope == ProviderScope.Session))
        {
            TestClient.Providers.Remove(profile.Name);
        }

        TestClient.Providers.SetDefault(null);
        TestClient.Ledgers.Use(null);
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Home.Dispose();
        GC.SuppressFinalize(this);
    }

    protected void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
