using System.Text;
using System.Text.Json;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Media;

/// <summary>Files that are not for everybody, and files that are not there yet.</summary>
public sealed class PrivateMediaTests : EmulatorTest
{
    private ProviderProfile Profile => ProviderCatalog.EmulatorAt(TestHost.Profile(Address), Address);

    [Theory]
    [InlineData("media_private")]
    [InlineData("media_hidden")]
    public async Task A_file_that_is_not_for_everybody_is_fetched_by_a_signed_address(string directive)
    {
        var file = await FileAsync(directive);

        Assert.NotEmpty(await CopyAsync(file, Access()));

        var seen = (await RecordsAsync()).Where(record => record.GetProperty("path").GetString() is { } path
            && (path.Contains("/files/", StringComparison.Ordinal) || path.Contains("/sign", StringComparison.Ordinal))).ToList();
        Assert.Equal(["GET", "POST", "GET"], seen.Select(record => record.GetProperty("method").GetString()));
        Assert.StartsWith("/v1/storage/files/sign?url=http", seen[1].GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal("Key", seen[1].GetProperty("headers").GetProperty("authorization").GetString());
        Assert.All([seen[0], seen[2]], record => Assert.False(record.GetProperty("headers").TryGetProperty("authorization", out _)));
        Assert.Contains("?identity=", seen[2].GetProperty("path").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_has_no_such_thing_is_not_asked()
    {
        var file = await FileAsync("media_private");

        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(file, Access(Profile with { MediaHosts = [] })));

        Assert.Equal(403, error.StatusCode);
        Assert.Single(await RequestsAsync(), request => request.Contains("/files/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_storage_signs_where_the_platform_has_no_such_endpoint()
    {
        var file = await FileAsync("media_private");
        var profile = Profile with { PlatformUri = new Uri(Address, "v2"), StorageUri = Address };

        Assert.NotEmpty(await CopyAsync(file, Access(profile)));

        Assert.Contains(await RequestsAsync(), request => request.StartsWith("POST /storage/files/sign", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_to_sign_is_said_with_the_error_and_asked_for_once()
    {
        var file = await FileAsync("media_private");
        await FaultAsync(new { operation = "sign", kind = "status", status = 403, body = new { detail = "The key lacks assets:read" }, count = -1 });

        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(file, Access()));

        Assert.EndsWith(
            "403. It may be private, and the host gave no address for reading it: test answered that with 403: The key lacks assets:read",
            error.Message, StringComparison.Ordinal);
        Assert.Single(await RequestsAsync(), request => request.StartsWith("POST /v1/storage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_breaks_off_instead_of_signing_is_asked_once_more_however_long_somebody_waits()
    {
        await using var server = await WebServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        var profile = TestHost.Profile(new Uri("https://queue.example")) with { MediaHosts = ["fal.media"], PlatformUri = server.Address };
        var host = TestHost.Connect(profile);

        await Assert.ThrowsAsync<HostUnavailableException>(
            () => FileSigning.Of(host.WithDeadline(null, _ => { }))!(new Uri("https://v3.fal.media/x.png"), CancellationToken.None).InTime());

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_signed_address_that_is_refused_too_is_the_end_of_it()
    {
        var file = await FileAsync("media_private");
        await FaultAsync(new { operation = "download", kind = "status", status = 403, count = -1 });

        await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(file, Access()));

        Assert.Single(await RequestsAsync(), request => request.StartsWith("POST /v1/storage", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://evil.example/x.png")]
    [InlineData("https://fal.media.evil.example/x.png")]
    [InlineData("https://user@v3.fal.media/x.png")]
    [InlineData("http://v3.fal.media/x.png")]
    [InlineData("https://v3.fal.media:8443/x.png")]
    public async Task An_address_that_leads_elsewhere_is_not_taken_and_another_hosts_file_not_asked_for(string elsewhere)
    {
        var profile = TestHost.Profile(new Uri("https://queue.example")) with { MediaHosts = ["fal.media"] };
        Assert.False(FileSigning.IsOwn(profile, new Uri(elsewhere)));
        Assert.True(FileSigning.IsOwn(profile, new Uri("https://v3.fal.media/x.png")));
        Assert.True(FileSigning.IsOwn(profile, new Uri("https://fal.media/x.png")));

        await using var server = await WebServer.AnsweringAsync(new Answer(200, $$"""{"signed_url":"{{elsewhere}}"}"""));
        var host = TestHost.Connect(profile with { PlatformUri = server.Address });
        await Assert.ThrowsAsync<InvalidResponseException>(() => FileSigning.Of(host)!(new Uri("https://v3.fal.media/x.png"), CancellationToken.None));
        Assert.Null(await FileSigning.Of(host)!(new Uri(elsewhere), CancellationToken.None));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_file_of_a_request_that_has_just_ended_is_asked_for_again()
    {
        var file = await FileAsync("pixels=16");
        await FaultAsync(new { operation = "download", kind = "status", status = 404, count = 2 });
        var time = new SkippingTime();

        Assert.NotEmpty(await CopyAsync(file, new MediaAccess { IsFresh = true }, time));

        Assert.Equal(2, time.Waits.Count);
        Assert.Equal(3, (await RequestsAsync()).Count(request => request.Contains("/files/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_that_stays_away_is_an_error_in_the_end_and_one_of_an_earlier_run_at_once()
    {
        var file = await FileAsync("media_missing");

        var error = await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(file, new MediaAccess { IsFresh = true }));
        Assert.Equal(404, error.StatusCode);
        Assert.Equal(5, (await RequestsAsync()).Count(request => request.Contains("/files/", StringComparison.Ordinal)));

        await Assert.ThrowsAsync<DownloadFailedException>(() => CopyAsync(file, MediaAccess.Public));
        Assert.Equal(6, (await RequestsAsync()).Count(request => request.Contains("/files/", StringComparison.Ordinal)));
    }

    private MediaAccess Access(ProviderProfile? profile = null) => new() { Sign = FileSigning.Of(TestHost.Connect(profile ?? Profile)) };

    private async Task<string> FileAsync(string directive)
    {
        using var answer = await PostAsync($$"""{"prompt":"a fox [emulator:pixels=16][emulator:{{directive}}]"}""");
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("images")[0].GetProperty("url").GetString()!;
    }

    private async Task<HttpResponseMessage> PostAsync(string input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "fal-sync/fal-ai/imagen4/preview"))
        {
            Content = new StringContent(input, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Key {TestHost.Secret}");
        return await Admin.SendAsync(request);
    }

    private static async Task<byte[]> CopyAsync(string address, MediaAccess access, TimeProvider? time = null)
    {
        using var target = new MemoryStream();
        await new MediaSource(time ?? new SkippingTime(), TestHost.ThisMachine)
            .CopyAsync(new ImageBytes.Remote(address), target, access, CancellationToken.None).InTime();
        return target.ToArray();
    }
}
