using Imagen4.Core.Http;

namespace Imagen4.Core.Tests.Http;

public sealed class HostAddressTests
{
    private const string Id = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    private static readonly Uri Fal = new("https://queue.fal.run");
    private static readonly Uri Aggregator = new("https://api.example.com/fal/");

    public static TheoryData<string> Attacks => new()
    {
        "https://evilqueue.fal.run/",
        "https://queue.fal.run.evil.example/",
        "https://queue-fal.run/",
        "https://fal.run/",
        "https://queue.fal.run@evil.example/",
        "https://queue.fal.run:443@evil.example/",
        "https://user:pass@queue.fal.run/",
        "https://evil.example/queue.fal.run/",
        "https://evil.example\\@queue.fal.run/",
        "https://queue.fal.run\\@evil.example/",
        "https://queue.fal.run\\.evil.example/",
        "https:\\\\evil.example/",
        "https:/\\evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "///evil.example/",
        "https://queue.fal.run:8443/",
        "https://queue.fal.run:80/",
        "http://queue.fal.run/",
        "http://queue.fal.run:443/",
        "ftp://queue.fal.run/",
        "file:///etc/",
        "https://queue.fal.run./",
        "https://queue.fal.run%2eevil.example/",
        "https://queue.fal.run%00.evil.example/",
        "https://queue.fal.run\t.evil.example/",
        "https://quеue.fal.run/",
        "https://\ufffd/",
        "https://queue.fal.run\ufffd/",
        "https://xn--a\u0301/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "javascript:alert(1)//",
        "data:text/html,",
        "mailto:queue.fal.run/",
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Whatever_a_host_returns_the_key_stays_with_its_own_host(string prefix)
    {
        var adopted = HostAddress.Rebase(Fal, $"{prefix}fal-ai/imagen4/requests/{Id}/status", Id);

        Assert.True(adopted is null || adopted.GetLeftPart(UriPartial.Authority) == "https://queue.fal.run", $"{adopted}");
        if (adopted is not null)
        {
            HostAddress.RequireOwn(adopted, Fal, platform: null);
        }
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_address_of_another_host_is_never_sent_to(string prefix)
    {
        if (!Uri.TryCreate($"{prefix}requests/{Id}", UriKind.Absolute, out var address) || address.Host == "queue.fal.run" && prefix.StartsWith("https://queue.fal.run\\", StringComparison.Ordinal))
        {
            // No address at all, or one whose backslash starts its path: it leads home.
            return;
        }

        var error = Assert.Throws<InvalidOperationException>(() => HostAddress.RequireOwn(address, Fal, platform: null));

        Assert.Contains("must not be sent to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hosts_own_address_is_taken_as_it_is()
    {
        var returned = $"https://QUEUE.fal.run:443/fal-ai/imagen4/requests/{Id}/status?logs=1";

        Assert.Equal(
            $"https://queue.fal.run/fal-ai/imagen4/requests/{Id}/status?logs=1", HostAddress.Rebase(Fal, returned, Id)!.AbsoluteUri);
    }

    [Fact]
    public void An_aggregators_upstream_address_is_rewritten_onto_its_own_base_with_its_path()
    {
        var adopted = HostAddress.Rebase(Aggregator, $"https://queue.fal.run/fal-ai/imagen4/requests/{Id}/status?token=x", Id);

        Assert.Equal($"https://api.example.com/fal/fal-ai/imagen4/requests/{Id}/status", adopted!.AbsoluteUri);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData("https://queue.fal.run/fal-ai/imagen4/requests/another-id")]
    [InlineData("https://queue.fal.run/fal-ai/imagen4/requests/x764cabcf-b745-4b3e-ae38-1200304cf45b")]
    [InlineData("https://queue.fal.run/?id=764cabcf-b745-4b3e-ae38-1200304cf45b")]
    [InlineData("https://queue.fal.run/#/764cabcf-b745-4b3e-ae38-1200304cf45b")]
    [InlineData("https://764cabcf-b745-4b3e-ae38-1200304cf45b/")]
    public void An_address_that_does_not_name_the_request_in_its_path_is_of_no_use(string? returned) =>
        Assert.Null(HostAddress.Rebase(Fal, returned, Id));

    [Theory]
    [InlineData("https://queue.fal.run", "https://queue.fal.run/a/b")]
    [InlineData("https://queue.fal.run/", "https://queue.fal.run/a/b")]
    [InlineData("https://api.example.com/fal", "https://api.example.com/fal/a/b")]
    [InlineData("http://127.0.0.1:5000/x/", "http://127.0.0.1:5000/x/a/b")]
    public void An_address_below_a_base_keeps_the_bases_path(string host, string expected) =>
        Assert.Equal(expected, HostAddress.Append(new Uri(host), "a/b").AbsoluteUri);
}
