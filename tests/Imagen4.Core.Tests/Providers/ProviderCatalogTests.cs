using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class ProviderCatalogTests : EnvironmentTest
{
    private static readonly Uri Address = new("https://queue.example.com/fal");

    [Fact]
    public void Without_settings_there_are_the_built_in_ones_and_fal_is_the_default()
    {
        Assert.Equal(["aimlapi", "chainhub", "emulator", "fal", "fal-sync", "kkiai"], TestClient.Providers.All().Select(profile => profile.Name));
        Assert.Equal("fal", TestClient.Providers.Find().Name);
        Assert.Equal(ProviderScope.BuiltIn, TestClient.Providers.Find("FAL").Scope);
        Assert.Empty(Home.Names);
    }

    [Fact]
    public void The_built_in_data_is_complete()
    {
        var fal = TestClient.Providers.Find("fal");

        Assert.Equal(new Uri("https://queue.fal.run"), fal.BaseUri);
        Assert.Equal(("Key", "fal-ai/imagen4/preview", 40), (fal.AuthScheme, fal.DefaultModel, fal.ConcurrencyLimit));
        Assert.Equal(["FAL_KEY", "FAL_KEY_ID", "FAL_KEY_SECRET"], fal.ApiKeyVariables.Concat(fal.ApiKeyPairVariables));
        Assert.Equal(
            ["fal-ai/imagen4/preview", "fal-ai/imagen4/preview/ultra", "fal-ai/imagen4/preview/fast"],
            ModelCatalog.Ids(HostProtocol.FalQueue).Take(3));
        Assert.Equal(LivingModelTests.Models.Select(row => (string)row[0]).Order(), ModelCatalog.Ids(HostProtocol.FalQueue).Skip(3).Order());
        Assert.Equal(["1K", "2K", "0.5K", "4K"], ModelCatalog.ChoicesFor("resolution"));
        Assert.Equal(["1K", "2K"], ModelCatalog.ChoicesFor("resolution", ModelCatalog.Find(HostProtocol.FalQueue, "fal-ai/imagen4/preview")));
        Assert.Empty(ModelCatalog.ChoicesFor("Prompt"));
    }

    [Fact]
    public async Task A_session_profile_hides_the_users_which_hides_the_built_in_one()
    {
        await SaveAsync(Profile("FAL", ProviderScope.User), makeDefault: false);
        Assert.Equal(ProviderScope.User, TestClient.Providers.Find("fal").Scope);

        TestClient.Providers.Set(Profile("Fal", ProviderScope.Session), makeDefault: false);
        Assert.Equal(ProviderScope.Session, TestClient.Providers.Find("fal").Scope);

        Assert.True(await TestClient.Providers.RemoveAsync("fal", null, default));
        Assert.Equal(ProviderScope.User, TestClient.Providers.Find("fal").Scope);
        Assert.True(await TestClient.Providers.RemoveAsync("fal", null, default));
        Assert.Equal(ProviderScope.BuiltIn, TestClient.Providers.Find("fal").Scope);
        Assert.False(await TestClient.Providers.RemoveAsync("fal", null, default));
    }

    [Fact]
    public async Task The_users_profiles_survive_with_every_value()
    {
        var profile = Profile("mine", ProviderScope.User) with
        {
            AuthScheme = "Bearer", ApiKeyVariables = ["A", "B"], DefaultModel = "fal-ai/imagen4/preview/fast", ConcurrencyLimit = 3,
        };
        await SaveAsync(profile, makeDefault: true);

        var found = TestClient.Providers.Find();

        Assert.Equal(["settings.json", "settings.lock"], Home.Names);
        Assert.Equal(("mine", Address, "Bearer", 3), (found.Name, found.BaseUri, found.AuthScheme, found.ConcurrencyLimit));
        Assert.Equal(["A", "B"], found.ApiKeyVariables);
        Assert.Equal("fal-ai/imagen4/preview/fast", found.DefaultModel);
        Assert.DoesNotContain("scope", File.ReadAllText(Home.At("settings.json")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_default_is_the_sessions_then_the_variables_then_the_users()
    {
        await SaveAsync(Profile("user", ProviderScope.User), makeDefault: true);
        Assert.Equal("user", TestClient.Providers.DefaultName);

        Set("IMAGEN4_PROVIDER", "variable");
        Assert.Equal("variable", TestClient.Providers.DefaultName);

        TestClient.Providers.SetDefault("session");
        Assert.Equal("session", TestClient.Providers.DefaultName);
    }

    [Fact]
    public async Task An_inherited_emulator_goes_before_the_variable_and_after_the_sessions_default()
    {
        await SaveAsync(Profile("user", ProviderScope.User), makeDefault: true);
        Set("IMAGEN4_PROVIDER", "variable");
        Set("IMAGEN4_EMULATOR", "http://127.0.0.1:4321/");

        var emulator = TestClient.Providers.Find();
        Assert.Equal(("emulator", "http://127.0.0.1:4321/", "http://127.0.0.1:4321/v1"), (emulator.Name, emulator.BaseUri?.AbsoluteUri, emulator.PlatformUri?.AbsoluteUri));

        TestClient.Providers.Set(emulator with { Scope = ProviderScope.Session, BaseUri = new Uri("http://127.0.0.1:1") }, makeDefault: false);
        Assert.Equal(1, TestClient.Providers.Find().BaseUri?.Port);

        TestClient.Providers.SetDefault("session");
        Assert.Equal("session", TestClient.Providers.DefaultName);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://elsewhere.example/")]
    [InlineData("https://elsewhere.example/")]
    [InlineData("file:///tmp")]
    public void An_inherited_emulator_that_is_nowhere_is_no_reason_to_pay(string address)
    {
        Set("IMAGEN4_EMULATOR", address);

        Assert.Equal(("emulator", null), (TestClient.Providers.Find().Name, TestClient.Providers.Find().BaseUri));
    }

    [Fact]
    public async Task A_removed_profile_is_no_default_any_more()
    {
        TestClient.Providers.Set(Profile("mine", ProviderScope.Session), makeDefault: true);
        await SaveAsync(Profile("ours", ProviderScope.User), makeDefault: true);

        Assert.True(await TestClient.Providers.RemoveAsync("MINE", null, default));
        Assert.Equal("ours", TestClient.Providers.DefaultName);
        Assert.True(await TestClient.Providers.RemoveAsync("Ours", null, default));
        Assert.Equal("fal", TestClient.Providers.DefaultName);
    }

    [Fact]
    public void An_unknown_provider_is_refused_with_those_there_are()
    {
        var error = Assert.Throws<InvalidInputException>(() => TestClient.Providers.Find("fall"));

        Assert.Equal("There is no provider 'fall'. Known providers: aimlapi, chainhub, emulator, fal, fal-sync, kkiai.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"providers\":[{\"protocol\":\"FalQueue\"}]}")]
    [InlineData("{\"providers\":[{\"name\":\"x\",\"protocol\":\"Telepathy\"}]}")]
    [InlineData("{\"providers\":[null]}")]
    public void Settings_that_are_none_are_refused_by_their_file(string text)
    {
        File.WriteAllText(Home.At("settings.json"), text);

        Assert.Contains(Home.At("settings.json"), Assert.Throws<InvalidInputException>(() => TestClient.Providers.Find("fal")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"providers\":null}")]
    public void Settings_that_say_nothing_are_none(string text)
    {
        File.WriteAllText(Home.At("settings.json"), text);

        Assert.Equal("fal", TestClient.Providers.Find().Name);
    }

    [Theory]
    [InlineData("https://queue.fal.run", true)]
    [InlineData("https://api.example.com/fal/", true)]
    [InlineData("http://localhost:5000", true)]
    [InlineData("http://127.0.0.1", true)]
    [InlineData("http://[::1]:8080/", true)]
    [InlineData("http://queue.fal.run", false)]
    [InlineData("http://127.0.0.1.evil.example", false)]
    [InlineData("https://user@queue.fal.run", false)]
    [InlineData("https://queue.fal.run/?key=1", false)]
    [InlineData("https://queue.fal.run/#x", false)]
    [InlineData("file:///tmp/x", false)]
    [InlineData("ftp://localhost", false)]
    [InlineData("queue.fal.run", false)]
    public void An_address_is_https_or_this_machine(string address, bool allowed)
    {
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);

        Assert.Equal(allowed, Record.Exception(() => ProviderAddress.Validate(uri)) is not InvalidInputException);
    }

    [Fact]
    public async Task Making_one_the_users_default_makes_no_copy_of_it()
    {
        await TestClient.Providers.SaveAsync("kkiai", existing => existing!, makeDefault: true, default);

        Assert.Equal((ProviderScope.BuiltIn, "kkiai"), (TestClient.Providers.Find("kkiai").Scope, TestClient.Providers.DefaultName));
    }

    private static Task SaveAsync(ProviderProfile profile, bool makeDefault) => TestClient.Providers.SaveAsync(profile.Name, _ => profile, makeDefault, default);

    private static ProviderProfile Profile(string name, ProviderScope scope) => new() { Name = name, BaseUri = Address, Scope = scope };
}
