using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Protocols.Fal.Storage;
using Imagen4.Core.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Imagen4.Core.Tests.Protocols.Fal.Storage;

/// <summary>What a storage may answer.</summary>
public sealed class StorageAnswerTests
{
    [Theory]
    [InlineData(401, """{"detail":"no"}""", typeof(AuthenticationFailedException), "test does not accept the key from the test: no")]
    [InlineData(403, """{"detail":"User is locked."}""", typeof(AccountLockedException), "test refuses the account: User is locked.")]
    [InlineData(422, """{"detail":"content_type"}""", typeof(InvalidInputException), "The storage of test does not take the file: content_type")]
    [InlineData(413, "{}", typeof(InvalidInputException), "The storage of test does not take the file: {}")]
    [InlineData(429, """{"detail":"slow"}""", typeof(RateLimitedException), "test keeps refusing requests because there are too many: slow")]
    [InlineData(500, """{"detail":"boom"}""", typeof(HostUnavailableException), "The storage of test answers 500: boom")]
    [InlineData(404, """{"detail":"Not Found"}""", typeof(UploadFailedException), "The storage of test answers 404: Not Found")]
    [InlineData(307, "", typeof(UploadFailedException), "The storage of test answers 307: HTTP 307")]
    [InlineData(200, "<html>", typeof(UploadFailedException), "The storage of test answers 200 and does not say upload_url.")]
    [InlineData(200, """{"upload_url":"a/b","file_url":"https://a.example/b"}""", typeof(UploadFailedException), "The storage of test answers 200 and does not say upload_url.")]
    [InlineData(200, """{"upload_url":"https://a.example/b"}""", typeof(UploadFailedException), "The storage of test answers 200 and does not say file_url.")]
    [InlineData(200, """{"upload_url":"http://a.example/b","file_url":"https://a.example/b"}""", typeof(UploadFailedException), "The storage of test names an address that is not accepted: http://a.example.*")]
    [InlineData(200, """{"upload_url":"https://a.example/b","file_url":"file:///etc/passwd"}""", typeof(UploadFailedException), "The storage of test names an address that is not accepted: file://.*")]
    public async Task An_answer_that_names_no_place_is_a_typed_error(int status, string body, Type type, string message)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, body) { Headers = status == 307 ? [("Location", "https://a.example/")] : [] });

        var error = await Record.ExceptionAsync(() => StoreAsync(server.Address));

        Assert.IsType(type, error);
        Assert.Matches($"^{System.Text.RegularExpressions.Regex.Escape(message).Replace("\\.\\*", ".*", StringComparison.Ordinal)}", error.Message);
        Assert.All(server.Requests, request => Assert.StartsWith("/storage/upload/initiate", request.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(200) { Bytes = new byte[(1024 * 1024) + 1] });

        var error = await Record.ExceptionAsync(() => StoreAsync(server.Address));

        Assert.Contains("larger than 1048576 bytes", Assert.IsType<InvalidResponseException>(error).Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_key_goes_to_the_storage_alone_and_the_query_of_an_address_stays_behind_the_number_of_a_part()
    {
        await using var bytes = await WebServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.Headers.ETag = "\"tag\"";
        });
        await using var server = await PlaceAsync($"{bytes.Address}up/a%20b?X-Sig=a%2Bb&n=1");

        _ = await StoreAsync(new Uri(server.Address, "rest/"), StorageFile.InParts(10, out _));

        var asked = Assert.Single(server.Requests);
        Assert.Equal(("/rest/storage/upload/initiate-multipart?storage_type=fal-cdn-v3", $"Key {TestHost.Secret}"), (asked.Path, asked.Headers["Authorization"]));
        Assert.Equal(
            Enumerable.Range(1, 10).Select(part => $"PUT /up/a%20b/{part}?X-Sig=a%2Bb&n=1").Append("POST /up/a%20b/complete?X-Sig=a%2Bb&n=1").Order(StringComparer.Ordinal),
            bytes.Requests.Select(request => $"{request.Method} {request.Path.Replace(" ", "%20", StringComparison.Ordinal)}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(bytes.Requests, request => request.Headers.Any(header => header.Value.Contains(TestHost.Secret, StringComparison.Ordinal)));
        Assert.Equal("POST", bytes.Requests[^1].Method);
    }

    [Fact]
    public async Task A_redirect_of_the_bytes_is_not_followed()
    {
        await using var other = await WebServer.AnsweringAsync(new Answer(200));
        await using var bytes = await WebServer.AnsweringAsync(new Answer(307) { Headers = [("Location", other.Address.AbsoluteUri)] });
        await using var server = await PlaceAsync(bytes.Address.AbsoluteUri);

        await Assert.ThrowsAsync<UploadFailedException>(() => StoreAsync(server.Address));

        Assert.Single(bytes.Requests);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_part_without_a_name_of_its_own_cannot_be_completed()
    {
        await using var bytes = await WebServer.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null));
        await using var server = await PlaceAsync(bytes.Address.AbsoluteUri);

        var error = await Assert.ThrowsAsync<UploadFailedException>(() => StoreAsync(server.Address, StorageFile.InParts(10, out _)));

        Assert.Equal("The storage of test answers 200 and does not say etag.", error.Message);
    }

    [Fact]
    public async Task Nothing_is_sent_with_the_key_over_an_open_line() =>
        await Assert.ThrowsAsync<InvalidInputException>(() => StoreAsync(new Uri("http://rest.example")));

    private static Task<WebServer> PlaceAsync(string upload) =>
        WebServer.AnsweringAsync(new Answer(200, $$"""{"upload_url":"{{upload}}","file_url":"https://media.example/a.png"}"""));

    private static async Task<StoredFile> StoreAsync(Uri storage, FileContent? file = null) => await new FalStorage()
        .StoreAsync(StorageFile.At(storage, new SkippingTime()), file ?? StorageFile.Of([1]), progress: null, CancellationToken.None).InTime();
}
