using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class UserSettingsTests : EnvironmentTest
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task A_change_waits_for_the_one_before_and_sees_what_it_saved()
    {
        var change = HoldAsync(out var release);
        var second = ChangeAsync(settings => settings with { Providers = [.. settings.Providers, Profile("second")] });
        Assert.False(second.IsCompleted);

        release();
        await change.InTime();
        await second;

        Assert.Equal(["first", "second"], UserSettings.Load().Providers.Select(profile => profile.Name));
        Assert.Equal(["settings.json", "settings.lock"], Home.Names);
    }

    [Fact]
    public async Task A_lock_that_another_process_keeps_ends_the_wait_and_changes_nothing()
    {
        using var kept = await SettingsLock.TakeAsync(TimeProvider.System, default).InTime();
        var time = new SkippingTime();

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => SettingsLock.TakeAsync(time, default).InTime());

        var (file, taken) = (Home.At("settings.json"), Home.At("settings.lock"));
        Assert.Equal(
            $"The settings in {file} are being changed by another process: {taken} has been locked for 10 s. Nothing was changed.",
            error.Message);
        Assert.Equal(["settings.lock"], Home.Names);
    }

    [Fact]
    public async Task A_stop_ends_the_wait()
    {
        using var kept = await SettingsLock.TakeAsync(TimeProvider.System, default).InTime();
        using var stop = new CancellationTokenSource();
        var waiting = SettingsLock.TakeAsync(TimeProvider.System, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
    }

    [Fact]
    public async Task A_change_that_fails_leaves_everything_as_it_was()
    {
        await ChangeAsync(settings => settings with { DefaultProvider = "before" });

        await Assert.ThrowsAsync<InvalidInputException>(() => ChangeAsync(_ => throw new InvalidInputException("no")));

        await ChangeAsync(settings => settings);
        Assert.Equal("before", UserSettings.Load().DefaultProvider);
    }

    [Theory]
    [InlineData("""{"defaultProvder":"x"}""", "$.defaultProvder")]
    [InlineData("""{"DefaultProvider":"x"}""", "$.DefaultProvider")]
    [InlineData("""{"keepPrompts":false}""", "$.keepPrompts")]
    [InlineData("""{"providers":[{"name":"x","protocol":"FalQueue","apiKeyVariable":"X_KEY"}]}""", "$.providers[0].apiKeyVariable")]
    [InlineData("""{"ledger":{"connectionString":"Host=x","password":"y"}}""", "$.ledger.password")]
    public void A_member_that_is_none_of_them_is_refused(string json, string place)
    {
        File.WriteAllText(UserSettings.FilePath, json);

        var error = Assert.Throws<InvalidInputException>(() => UserSettings.Load());

        Assert.Equal(
            $"The settings in {UserSettings.FilePath} cannot be read: line 1 is not valid JSON, or has something that does not belong there ({place}). "
            + "Correct this line, and keep the file: what else it sets would no longer apply.",
            error.Message);
        Assert.Null(error.NextCommand);
    }

    [Theory]
    [InlineData("""{"name":"x","protocol":"FalQueue","baseUri":"https://me:s3cret@x.example/"}""")]
    [InlineData("""{"name":"x","protocol":"FalQueue","platformUri":"https://x.example/?key=s3cret"}""")]
    [InlineData("""{"name":"x","protocol":"FalQueue","pricePerImage":-5}""")]
    [InlineData("""{"name":"x","protocol":"FalQueue","authScheme":"a\r\nX: y"}""")]
    [InlineData("""{"name":"x","protocol":"FalQueue","authScheme":"K\u00e9"}""")]
    [InlineData("""{"name":"x","protocol":"FalQueue"},{"name":"X","protocol":"FalQueue"}""")]
    public void A_profile_that_could_not_have_been_saved_is_refused(string profiles)
    {
        File.WriteAllText(UserSettings.FilePath, $$"""{"providers":[{{profiles}}]}""");

        var error = Assert.Throws<InvalidInputException>(() => UserSettings.Load());

        Assert.Contains("addresses begin with https://", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ledger":{"connectionString":null}}""", "the ledger has no connectionString")]
    [InlineData("""{"ledger":{"connectionString":"Host=x"},"ledger":null}""", "line 1 is not valid JSON, or has something that does not belong there")]
    [InlineData("""{"providers":[{"name":"x","protocol":"FalQueue","pricePerImage":5,"pricePerImage":1}]}""", "line 1 is not valid JSON, or has something that does not belong there")]
    public void What_would_be_taken_for_less_than_it_says_is_refused(string json, string reason)
    {
        File.WriteAllText(UserSettings.FilePath, json);

        var error = Assert.Throws<InvalidInputException>(() => UserSettings.Load());

        Assert.StartsWith($"The settings in {UserSettings.FilePath} cannot be read: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_limit_is_above_the_largest_that_can_be_set()
    {
        File.WriteAllText(UserSettings.FilePath, """{"providers":[{"name":"x","protocol":"FalQueue","concurrencyLimit":2000000000}]}""");

        Assert.Equal(ProviderProfile.MostConcurrency, Assert.Single(UserSettings.Load().Providers).ConcurrencyLimit);
    }

    [Theory]
    [InlineData("fal", "KEYID:s3cret")]
    [InlineData("fal", "s3cretA1b2C3d4E5f6G7h8I9j0K1l2M3n4")]
    [InlineData("\u001b[31ms3cret", "FAL_KEY")]
    [InlineData("", "FAL_KEY")]
    public void What_is_not_a_name_is_refused_and_not_repeated(string name, string variable)
    {
        File.WriteAllText(UserSettings.FilePath, System.Text.Json.JsonSerializer.Serialize(
            new { providers = new[] { new { name, protocol = "FalQueue", baseUri = "https://x.example/", apiKeyVariables = new[] { variable } } } }));

        var error = Assert.Throws<InvalidInputException>(() => UserSettings.Load());

        Assert.EndsWith(
            "every provider has a protocol and a name of at most 64 letters, digits and the characters - _ and . in it; apiKeyVariables has names "
            + "of environment variables, never a key; addresses begin with https:// (http:// for this machine alone), without a user; no price is "
            + "below zero, and no name is there twice",
            error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_is_written_is_its_users_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Set("IMAGEN4_HOME", Home.At("new"));
        await ChangeAsync(settings => settings with { DefaultProvider = "x" });

        Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(Home.At("new")));
        Assert.Equal(Own, File.GetUnixFileMode(Home.At("new/settings.json")));
        Assert.Equal(Own, File.GetUnixFileMode(Home.At("new/settings.lock")));
        Set("IMAGEN4_HOME", Home.Path);
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_named()
    {
        File.WriteAllText(Home.At("file"), "");
        Set("IMAGEN4_HOME", Home.At("file"));

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => ChangeAsync(_ => new UserSettings { DefaultProvider = "x" }));

        Assert.StartsWith($"The settings in {Home.At("file/settings.json")} cannot be ", error.Message, StringComparison.Ordinal);
        Set("IMAGEN4_HOME", Home.Path);
    }

    private static Task ChangeAsync(Func<UserSettings, UserSettings> change) => UserSettings.ChangeAsync(change, default).InTime();

    private static ProviderProfile Profile(string name) => new() { Name = name, BaseUri = new Uri("https://x.example") };

    // A change that is under way, as another process has it, until it is released.
    private static Task HoldAsync(out Action release)
    {
        var goOn = new TaskCompletionSource();
        release = goOn.SetResult;
        return FirstAsync();

        // Nobody has the lock yet, so that it is taken when this returns.
        async Task FirstAsync()
        {
            using var taken = await SettingsLock.TakeAsync(TimeProvider.System, default);
            await goOn.Task;
            File.WriteAllText(
                UserSettings.FilePath, """{"providers":[{"name":"first","protocol":"FalQueue","baseUri":"https://x.example"}]}""");
        }
    }
}
