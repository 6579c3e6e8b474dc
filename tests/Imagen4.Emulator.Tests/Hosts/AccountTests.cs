using Imagen4.Emulator.Tests.Support;

namespace Imagen4.Emulator.Tests.Hosts;

/// <summary>An account that a host takes nothing from is refused at the door, in the host's form of an error.</summary>
public sealed class AccountTests : EmulatorTest
{
    private const string Locked = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";
    private const string NoCredits =
        "You've run out of credits. Please top up your balance or update your payment method to continue: https://aimlapi.com/app/billing/";

    [Theory]
    [InlineData("/", "Key k", "locked", 403, Locked)]
    [InlineData("/", "Key k", "payment_required", 402, "Payment required")]
    [InlineData("/fal-sync/", "Key k", "locked", 403, Locked)]
    [InlineData("/fal-sync/", "Key k", "payment_required", 402, "Payment required")]
    [InlineData("/chainhub/", "Bearer k", "locked", 403, Locked)]
    [InlineData("/chainhub/", "Bearer k", "payment_required", 402, "Payment required")]
    [InlineData("/kkiai/", "Bearer k", "locked", 403, Locked)]
    [InlineData("/kkiai/", "Bearer k", "payment_required", 402, "Payment required")]
    public async Task Refused_with_fals_detail(string root, string authorization, string directive, int status, string message)
    {
        Client.Authorization = authorization;

        var input = $$"""{"prompt":"a fox [emulator:{{directive}}]"}""";
        var reply = await Client.SendAsync(HttpMethod.Post, $"{root}{FalClient.Model}", input);

        Assert.Equal((status, $$"""{"detail":"{{message}}"}"""), (reply.Status, reply.Text));
        Assert.Null(reply.Header("x-fal-request-id"));
        Assert.Empty(await BillsAsync());
    }

    [Theory]
    [InlineData("locked", 403, Locked)]
    [InlineData("payment_required", 402, "Payment required")]
    [InlineData("out_of_credits", 403, NoCredits)]
    public async Task Refused_in_the_form_of_the_other_host(string directive, int status, string message)
    {
        Client.Authorization = "Bearer k";
        var input = $$"""{"model":"google/imagen4/preview","prompt":"[emulator:{{directive}}]"}""";

        var reply = await Client.SendAsync(HttpMethod.Post, "/aimlapi/v1/images/generations", input);

        Assert.Equal((status, message), (reply.Status, reply.Json.GetProperty("message").GetString()));
        Assert.Equal(status, reply.Json.GetProperty("statusCode").GetInt32());
        Assert.Empty(await BillsAsync());
    }
}
