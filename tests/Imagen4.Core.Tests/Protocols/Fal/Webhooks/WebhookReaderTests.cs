using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Imagen4.Core.Protocols.Fal.Webhooks;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal.Webhooks;

/// <summary>Webhooks as fal signs them, and everything that is not one.</summary>
public sealed class WebhookReaderTests : IAsyncLifetime
{
    private const string Body = """
        {"request_id":"r-1","gateway_request_id":"g-2","status":"OK","payload":{"images":[{"url":"https://a/1.png","width":1024}],"seed":7}}
        """;

    private readonly ManualTime _time = new();
    private readonly Ed25519Signer _signer = new(1);
    private WebServer _server = null!;
    private WebhookReader _reader = null!;
    private Answer _keys = new(200);

    public async Task InitializeAsync()
    {
        _keys = KeySet(_signer);
        _server = await WebServer.StartAsync(context => _keys.WriteAsync(context));
        _reader = new WebhookReader(_time);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_webhook_of_the_host_is_a_result()
    {
        var result = await ReadAsync(Delivery());

        Assert.Equal(("r-1", "test", ImagenStates.Completed, 7L), (result.RequestId, result.Provider, result.State, result.Seed));
        Assert.Equal(("https://a/1.png", 1024), (result.Images[0].Uri, result.Images[0].Width));
        Assert.DoesNotContain("Authorization", Assert.Single(_server.Requests).Headers.Keys);
    }

    [Theory]
    [InlineData("""{"request_id":"r-1","status":"ERROR","error":"Invalid status code: 422","payload":{"detail":"bad"}}""", "Failed", "Invalid status code: 422: bad")]
    [InlineData("""{"request_id":"r-1","status":"ERROR"}""", "Failed", "The host finished the request without an image.")]
    [InlineData("""{"request_id":"r-1","status":"OK","payload":null,"payload_error":"too large"}""", "Completed", "too large")]
    [InlineData("""{"request_id":"r-1","status":"OK","payload":{}}""", "Failed", "The host finished the request without an image.")]
    public async Task A_webhook_without_a_result_says_why(string body, string state, string said)
    {
        var result = await ReadAsync(Delivery(body: body));

        Assert.Equal(("r-1", state, said), (result.RequestId, result.State, result.Error));
    }

    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    public async Task Five_minutes_either_way_are_allowed(int seconds) => Assert.Equal("r-1", (await ReadAsync(Delivery(seconds))).RequestId);

    public static TheoryData<string> Wrongs =>
    [
        "no request id", "no user id", "no timestamp", "no signature", "empty timestamp", "timestamp with a sign", "too old", "too new", "another key", "changed body",
        "changed request id", "changed user id", "changed timestamp", "signature cut", "signature no hex", "signature of nothing", "body no json",
    ];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Whatever_is_wrong_the_answer_is_the_same(string wrong)
    {
        var good = Delivery();
        var delivery = wrong switch
        {
            "no request id" => good with { RequestId = null },
            "no user id" => good with { UserId = null },
            "no timestamp" => good with { Timestamp = null },
            "no signature" => good with { Signature = null },
            "empty timestamp" => good with { Timestamp = "" },
            "timestamp with a sign" => good with { Timestamp = $"+{good.Timestamp}" },
            "too old" => Delivery(-301),
            "too new" => Delivery(301),
            "another key" => Delivery(signer: new Ed25519Signer(2)),
            "changed body" => good with { Body = Encoding.UTF8.GetBytes(Body.Replace("r-1", "r-2", StringComparison.Ordinal)) },
            "changed request id" => good with { RequestId = "r-2" },
            "changed user id" => good with { UserId = "somebody" },
            "changed timestamp" => good with { Timestamp = Seconds(1) },
            "signature cut" => good with { Signature = good.Signature![..^2] },
            "signature no hex" => good with { Signature = $"zz{good.Signature![2..]}" },
            "signature of nothing" => good with { Signature = new string('0', 128) },
            _ => Delivery(body: "This is not JSON."),
        };

        var error = await Assert.ThrowsAsync<WebhookInvalidException>(() => ReadAsync(delivery));

        Assert.Equal("The webhook is not one of test.", error.Message);
        Assert.Null(error.InnerException);
    }

    [Fact]
    public async Task The_signature_may_be_in_capitals()
    {
        var delivery = Delivery();

        Assert.Equal("r-1", (await ReadAsync(delivery with { Signature = delivery.Signature!.ToUpperInvariant() })).RequestId);
    }

    [Fact]
    public async Task Any_of_the_hosts_keys_may_have_signed()
    {
        _keys = KeySet(new Ed25519Signer(2), _signer, new Ed25519Signer(3));

        Assert.Equal("r-1", (await ReadAsync(Delivery())).RequestId);
        Assert.Equal("r-1", (await ReadAsync(Delivery(signer: new Ed25519Signer(3)))).RequestId);
    }

    [Fact]
    public async Task Members_of_the_key_set_that_are_no_keys_do_not_matter()
    {
        _keys = new Answer(200, $$"""{"keys":[null,{},{"x":null},{"x":"AQAB"},{"x":"?"},{"kty":"OKP","crv":"Ed25519","x":"{{Base64Url.EncodeToString(_signer.PublicKey)}}"}]}""");

        Assert.Equal("r-1", (await ReadAsync(Delivery())).RequestId);
    }

    [Theory]
    [InlineData("""{"kty":"OKP","crv":"X25519","x":"{0}"}""")]
    [InlineData("""{"kty":"EC","crv":"Ed25519","x":"{0}"}""")]
    [InlineData("""{"kty":"OKP","x":"{0}"}""")]
    [InlineData("""{"x":"{0}"}""")]
    public async Task A_key_of_another_kind_signs_nothing(string key)
    {
        var own = key.Replace("{0}", Base64Url.EncodeToString(_signer.PublicKey), StringComparison.Ordinal);
        _keys = new Answer(200, $$"""{"keys":[{{own}}]}""");

        await Assert.ThrowsAsync<WebhookInvalidException>(() => ReadAsync(Delivery()));
    }

    [Fact]
    public async Task Keys_are_fetched_once_a_day()
    {
        await ReadAsync(Delivery());
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await ReadAsync(Delivery());
        Assert.Single(_server.Requests);

        _time.Advance(TimeSpan.FromSeconds(1));
        await ReadAsync(Delivery());

        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_new_key_is_found_but_nobody_makes_us_ask_more_than_every_five_minutes()
    {
        var signer = new Ed25519Signer(9);
        await ReadAsync(Delivery());
        _keys = KeySet(signer);

        await Assert.ThrowsAsync<WebhookInvalidException>(() => ReadAsync(Delivery(signer: signer)));
        Assert.Single(_server.Requests);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("r-1", (await ReadAsync(Delivery(signer: signer))).RequestId);
        await Assert.ThrowsAsync<WebhookInvalidException>(() => ReadAsync(Delivery(signer: _signer)));

        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Asking_in_vain_counts_as_asking()
    {
        var stranger = new Ed25519Signer(9);
        await ReadAsync(Delivery());
        _keys = new Answer(404);
        _time.Advance(TimeSpan.FromMinutes(5));

        await Assert.ThrowsAsync<InvalidResponseException>(() => ReadAsync(Delivery(signer: stranger)));
        await Assert.ThrowsAsync<WebhookInvalidException>(() => ReadAsync(Delivery(signer: stranger)));

        Assert.Equal(2, _server.Requests.Count);
        Assert.Equal("r-1", (await ReadAsync(Delivery())).RequestId);
    }

    [Theory]
    [InlineData(200, "<html></html>")]
    [InlineData(200, """{"keys":null}""")]
    [InlineData(404, "{}")]
    public async Task A_key_set_that_is_none_is_an_error_of_its_own(int status, string body)
    {
        _keys = new Answer(status, body);

        Assert.Contains("127.0.0.1 has no key set", (await Assert.ThrowsAsync<InvalidResponseException>(() => ReadAsync(Delivery()))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_key_host_that_is_down_is_unavailable_and_no_reason_to_doubt_the_webhook(int status)
    {
        _keys = new Answer(status, "<html>Down</html>", "text/html");
        var reader = new WebhookReader(new SkippingTime());

        var error = await Assert.ThrowsAsync<HostUnavailableException>(() => reader.ReadAsync(
            TestHost.Profile(null) with { WebhookKeysUri = _server.Address }, Delivery(), CancellationToken.None).InTime());

        Assert.Equal(status, error.StatusCode);
        Assert.Contains("127.0.0.1 answers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_not_fetched_over_a_line_that_anybody_can_change() =>
        await Assert.ThrowsAsync<InvalidInputException>(() => _reader.ReadAsync(
            TestHost.Profile(null) with { WebhookKeysUri = new Uri("http://rest.example/jwks.json") }, Delivery(), CancellationToken.None).InTime());

    [Fact]
    public async Task A_host_without_webhooks_says_so() =>
        await Assert.ThrowsAsync<InvalidInputException>(() => _reader.ReadAsync(TestHost.Profile(null), Delivery(), CancellationToken.None).InTime());

    private static Answer KeySet(params Ed25519Signer[] signers) => new(200, $$"""
        {"keys":[{{string.Join(',', signers.Select(signer => $$"""{"kty":"OKP","crv":"Ed25519","x":"{{Base64Url.EncodeToString(signer.PublicKey)}}"}"""))}}]}
        """);

    private string Seconds(int later) => (_time.GetUtcNow().ToUnixTimeSeconds() + later).ToString(CultureInfo.InvariantCulture);

    private WebhookDelivery Delivery(int later = 0, string body = Body, Ed25519Signer? signer = null)
    {
        var message = $"r-1\nuser-1\n{Seconds(later)}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
        return new WebhookDelivery
        {
            RequestId = "r-1",
            UserId = "user-1",
            Timestamp = Seconds(later),
            Signature = Convert.ToHexStringLower((signer ?? _signer).Sign(Encoding.UTF8.GetBytes(message))),
            Body = Encoding.UTF8.GetBytes(body),
        };
    }

    private Task<ImagenResult> ReadAsync(WebhookDelivery delivery) =>
        _reader.ReadAsync(TestHost.Profile(null) with { WebhookKeysUri = _server.Address }, delivery, CancellationToken.None).InTime();
}
