using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Http;

/// <summary>What is refused as an address may have a password or a key in it, and the message has neither.</summary>
public sealed class ProviderAddressTests
{
    [Theory]
    [InlineData("https://host.example/?key=SECRET", "https://host.example/?***", "https://host.example/")]
    [InlineData("https://host.example?key=SECRET#part", "https://host.example?***", "https://host.example")]
    [InlineData("https://host.example/v1#SECRET", "https://host.example/v1#***", "https://host.example/v1")]
    [InlineData("https://me:SECRET@host.example/v1", "https://host.example/v1", "https://host.example/v1")]
    [InlineData("https://me:12?SECRET@host.example/v1", "https://***", null)]
    [InlineData("http://@host.example/v1", "http://host.example/v1", "https://host.example/v1")]
    [InlineData("?key=SECRET", "?***", null)]
    [InlineData("?SECRET@host.example", "***", null)]
    [InlineData("#SECRET", "#***", null)]
    [InlineData("http:///v1", "http:///v1", null)]
    [InlineData("me:SECRET@host.example/v1?key=SECRET", "host.example/v1?***", "https://host.example/v1")]
    [InlineData("host.example/v1?key=SECRET", "host.example/v1?***", "https://host.example/v1")]
    [InlineData("http://host.example:8443/v1", "http://host.example:8443/v1", "https://host.example:8443/v1")]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080")]
    [InlineData("localhost:8080", "localhost:8080", "http://localhost:8080")]
    [InlineData("host.example", "host.example", "https://host.example")]
    [InlineData("https://me:SECRET@ho st/", "https://ho st/", null)]
    [InlineData("https://me:SECRET@host:port/", "https://host:port/", null)]
    [InlineData("", "", null)]
    [InlineData("https://\ufffd", "https://\ufffd", null)]
    public void An_address_that_is_refused_is_shown_without_secrets(string given, string shown, string? meant)
    {
        var error = Uri.TryCreate(given, UriKind.RelativeOrAbsolute, out var address)
            ? Assert.Throws<InvalidInputException>(() => ProviderAddress.Validate(address))
            : ProviderAddress.Refused(given);

        Assert.StartsWith($"'{shown}' cannot be", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SEC", error.Message, StringComparison.Ordinal);
        Assert.Equal(meant, ProviderAddress.Meant(given)?.OriginalString);
    }

    [Theory]
    [InlineData("https://host.example")]
    [InlineData("https://host.example:8443/v1/")]
    [InlineData("http://127.0.0.1:8080/v1")]
    [InlineData("http://localhost")]
    [InlineData("http://[::1]:8080")]
    public void An_address_that_is_accepted_is_taken_as_it_is(string given)
    {
        var address = new Uri(given);

        Assert.Same(address, ProviderAddress.Validate(address));
        Assert.Equal(given, ProviderAddress.Read(given)?.OriginalString);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host.example")]
    [InlineData("https://")]
    [InlineData("http://host.example")]
    [InlineData("https://me@host.example")]
    [InlineData("https://host.example?key=1")]
    [InlineData("https://host.example#part")]
    [InlineData("ftp://127.0.0.1")]
    public void A_text_that_is_no_address_of_a_provider_is_not_read(string given) => Assert.Null(ProviderAddress.Read(given));
}
