using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Imagen4.Emulator.Signing;
using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

public sealed class WebhookTests : EmulatorTest
{
    private static readonly SigningKey Key = new(new byte[SigningKey.SeedLength]);

    internal override EmulatorOptions Options => base.Options with { WebhookKey = Key };

    [Fact]
    public async Task Ended_job_is_told_with_its_result()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = await SubmitAsync("a red fox", receiver.Url);
        Assert.False(receiver.HasMore);
        Time.Advance(GenerationSeconds);

        var webhook = await receiver.NextAsync();

        var result = await Client.ResultAsync(id);
        Assert.Equal($$"""{"request_id":"{{id}}","gateway_request_id":"{{id}}","status":"OK","payload":{{result.Text}}}""", webhook.Text);
        Assert.Equal("application/json", webhook.Header("Content-Type"));
    }

    [Fact]
    public async Task Failed_job_is_told_with_its_error()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = await SubmitAsync("forbidden", receiver.Url);
        Time.Advance(GenerationSeconds);

        var webhook = (await receiver.NextAsync()).Json;

        var result = await Client.ResultAsync(id);
        Assert.Equal("ERROR", webhook.GetProperty("status").GetString());
        Assert.Equal("Invalid status code: 422", webhook.GetProperty("error").GetString());
        Assert.Equal(result.Text, webhook.GetProperty("payload").GetRawText());
    }

    [Fact]
    public async Task Cancelled_job_is_told_too()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await Client.CancelAsync(await SubmitAsync("a", receiver.Url));

        Assert.Equal("Invalid status code: 499", (await receiver.NextAsync()).Json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Result_that_is_no_json_is_said_to_be_none()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await SubmitAsync("[emulator:result_not_json]", receiver.Url);
        Time.Advance(GenerationSeconds);

        var webhook = (await receiver.NextAsync()).Json;

        Assert.Equal("OK", webhook.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, webhook.GetProperty("payload").ValueKind);
        Assert.StartsWith("Response payload is not JSON", webhook.GetProperty("payload_error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signature_is_over_id_user_time_and_body()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var id = await SubmitAsync("a", receiver.Url);
        Time.Advance(GenerationSeconds);

        var webhook = await receiver.NextAsync();

        var (user, timestamp) = (webhook.Header("X-Fal-Webhook-User-Id"), webhook.Header("X-Fal-Webhook-Timestamp"));
        var message = $"{id}\n{user}\n{timestamp}\n{Convert.ToHexStringLower(SHA256.HashData(webhook.Content))}";
        Assert.Equal(id, webhook.Header("X-Fal-Webhook-Request-Id"));
        Assert.Equal($"{Time.GetUtcNow().ToUnixTimeSeconds()}", timestamp);
        Assert.Equal(Convert.ToHexStringLower(Key.Sign(Encoding.UTF8.GetBytes(message))), webhook.Header("X-Fal-Webhook-Signature"));
    }

    [Fact]
    public async Task Key_is_public_and_needs_none()
    {
        Client.Authorization = null;

        var reply = await Client.GetAsync("/.well-known/jwks.json");

        var x = Base64Url.EncodeToString(Key.PublicKey);
        Assert.Equal($$"""{"keys":[{"kty":"OKP","crv":"Ed25519","x":"{{x}}"}]}""", reply.Text);
    }

    [Fact]
    public async Task Delivery_is_tried_again_after_a_while_until_it_is_taken()
    {
        await using var receiver = await WebhookReceiver.StartAsync(500, 302);
        var id = await SubmitAsync("a", receiver.Url);
        Time.Advance(GenerationSeconds);

        await AttemptsAsync(1);
        Time.Advance(1);
        await AttemptsAsync(2);
        Time.Advance(2);
        var delivery = await AttemptsAsync(3);

        Assert.Equal(id, delivery.GetProperty("request_id").GetString());
        Assert.Equal("delivered", delivery.GetProperty("state").GetString());
        var attempts = delivery.GetProperty("attempts").EnumerateArray().ToArray();
        Assert.Equal([500, 302, 200], attempts.Select(attempt => attempt.GetProperty("status_code").GetInt32()));
        var (first, _, third) = (await receiver.NextAsync(), await receiver.NextAsync(), await receiver.NextAsync());
        Assert.Equal(first.Content, third.Content);
        Assert.NotEqual(first.Header("X-Fal-Webhook-Signature"), third.Header("X-Fal-Webhook-Signature"));
        Assert.Equal(third.Text, delivery.GetProperty("body").GetString());
        Assert.Equal(
            third.Header("X-Fal-Webhook-Signature"),
            attempts[2].GetProperty("headers").GetProperty("X-Fal-Webhook-Signature").GetString());
    }

    [Fact]
    public async Task Delivery_that_nobody_takes_is_given_up()
    {
        string gone;
        await using (var receiver = await WebhookReceiver.StartAsync())
        {
            gone = receiver.Url;
        }

        await SubmitAsync("a", gone);
        Time.Advance(GenerationSeconds);
        for (var attempts = 1; attempts < 5; attempts++)
        {
            Assert.Equal("pending", (await AttemptsAsync(attempts)).GetProperty("state").GetString());
            Time.Advance(8);
        }

        var delivery = await AttemptsAsync(5);
        Assert.Equal("given_up", delivery.GetProperty("state").GetString());
        Assert.NotEmpty(delivery.GetProperty("attempts")[4].GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Delivery_is_listed_while_its_job_runs()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await SubmitAsync("a", receiver.Url);

        var delivery = await AttemptsAsync(0);

        Assert.Equal((receiver.Url, "pending"), (delivery.GetProperty("url").GetString(), delivery.GetProperty("state").GetString()));
        Assert.Equal(JsonValueKind.Null, delivery.GetProperty("body").ValueKind);
    }

    [Theory]
    [InlineData("https://example.com/done")]
    [InlineData("http://192.168.0.1/done")]
    [InlineData("http://127.0.0.1.example.com/")]
    [InlineData("file:///tmp/done")]
    [InlineData("done")]
    [InlineData("")]
    public async Task Only_this_machine_is_called(string url)
    {
        var reply = await Client.SubmitAsync("""{"prompt":"a"}""", $"{FalClient.Model}?fal_webhook={Uri.EscapeDataString(url)}");

        Assert.Equal(422, reply.Status);
        Assert.Contains("this machine only", reply.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await BillsAsync());
    }

    private async Task<string> SubmitAsync(string prompt, string url)
    {
        var model = $"{FalClient.Model}?fal_webhook={Uri.EscapeDataString(url)}";
        var reply = await Client.SubmitAsync($$"""{"prompt":"{{prompt}}"}""", model);
        Assert.Equal(200, reply.Status);
        return reply.Json.GetProperty("request_id").GetString()!;
    }

    /// <summary>The only delivery, once it was tried this often.</summary>
    private async Task<JsonElement> AttemptsAsync(int count)
    {
        JsonElement delivery = default;
        await Eventually.TrueAsync(async () =>
        {
            delivery = Assert.Single((await Client.GetAsync("/_emulator/webhooks")).Json.EnumerateArray());
            return delivery.GetProperty("attempts").GetArrayLength() >= count;
        });
        Assert.Equal(count, delivery.GetProperty("attempts").GetArrayLength());
        return delivery;
    }
}
