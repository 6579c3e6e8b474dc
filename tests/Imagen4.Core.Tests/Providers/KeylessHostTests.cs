using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

/// <summary>A host that takes requests without a key gets none, and nothing else that is secret.</summary>
public sealed class KeylessHostTests
{
    private static readonly ProviderProfile Corp = new()
    {
        Name = "corp", Protocol = HostProtocol.FalQueue, BaseUri = new Uri("https://corp.example"), NoApiKey = true,
    };

    private static readonly ProviderProfile Local = Corp with { BaseUri = new Uri("http://127.0.0.1:8080"), NoApiKey = false };

    [Fact]
    public async Task No_header_has_a_key()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200, "{}"));
        var profile = Local with { BaseUri = server.Address, KeyHeader = "x-api-key" };
        var host = new HostConnection(profile, ApiKeySource.Find(profile, null), TimeProvider.System);
        using var content = new PaidContent("{}"u8.ToArray());

        await host.GetAsync(server.Address, CancellationToken.None).InTime();
        await host.PostAsync(server.Address, content, headers: [], TimeSpan.FromMinutes(2), CancellationToken.None).InTime();

        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Empty(request.Headers.Keys.Intersect(["Authorization", "x-api-key", "Cookie"])));
    }

    [Fact]
    public void None_is_needed_where_the_user_says_so_or_the_host_is_on_this_machine_and_no_place_is_named()
    {
        Assert.All([Corp, Local], profile => Assert.False(ApiKeySource.Find(profile, null).IsSent));
        Assert.All([Corp, Local], profile => Assert.Equal("none needed", ApiKeySource.Describe(profile)));
        Assert.All(
            [Corp with { NoApiKey = false }, Local with { ApiKeyVariables = ["IMAGEN4_TEST_NO_KEY"] }, Local with { SecretName = "LocalKey" }],
            profile => Assert.Throws<ApiKeyMissingException>(() => ApiKeySource.Find(profile, null)));
    }

    [Fact]
    public void A_key_that_is_given_is_sent() => Assert.Equal("given", ApiKeySource.Find(Local, "given").Reveal());

    [Fact]
    public void A_host_that_asks_for_one_after_all_is_told_how_to_get_it()
    {
        var error = new HostConnection(Corp, ApiKey.NotNeeded, TimeProvider.System).KeyRefused("Authentication is required", "r-1");

        Assert.StartsWith("corp asks for a key, and none was sent", error.Message, StringComparison.Ordinal);
        Assert.Equal("Set-ImagenProvider corp -ApiKeyVariable CORP_API_KEY; $env:CORP_API_KEY = Read-Host -MaskInput 'Key of corp'", error.NextCommand);
    }

    [Theory]
    [InlineData("corp", "CORP_API_KEY")]
    [InlineData("my-host.2", "MY_HOST_2_API_KEY")]
    [InlineData("3d", "_3D_API_KEY")]
    public void A_variable_is_named_after_the_provider(string provider, string variable)
    {
        Assert.Equal(variable, KeyCommand.NewVariable(provider));
        Assert.True(KeyShape.IsVariable(variable));
    }

    [Fact]
    public void The_command_that_comes_next_puts_the_key_where_the_profile_looks()
    {
        var profile = Corp with { NoApiKey = false };

        Assert.Equal("$env:A = Read-Host -MaskInput 'Key of corp' # or, to try without a key: Start-ImagenEmulator", Next(profile with { ApiKeyVariables = ["A", "B"] }));
        Assert.Equal(
            "Set-ImagenProvider corp -ApiKeyVariable CORP_API_KEY -Scope User; $env:CORP_API_KEY = Read-Host -MaskInput 'Key of corp'",
            Next(profile with { Scope = ProviderScope.User }));
        Assert.Equal(
            "Set-Secret -Name 'Corp key' -Secret (Read-Host -AsSecureString 'Key of corp') -Vault Mine",
            Next(profile with { SecretName = "Corp key", SecretVault = "Mine" }, SecretAnswer.Nothing));
        Assert.Equal("Get-Secret -Name CorpKey # asks to unlock the vault; -ApiKey passes a key without it", Next(profile with { SecretName = "CorpKey" }, SecretAnswer.Refused("locked")));
    }

    private static string? Next(ProviderProfile profile, SecretAnswer? answer = null) =>
        Assert.Throws<ApiKeyMissingException>(() => ApiKeySource.Find(profile, null, (_, _) => answer)).NextCommand;
}
