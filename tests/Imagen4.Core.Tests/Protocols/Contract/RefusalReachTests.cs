using System.Net;
using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Protocols.Contract;

namespace Imagen4.Core.Tests.Protocols.Contract;

/// <summary>How far a refusal reaches decides whether the batch goes on with other rows.</summary>
public sealed class RefusalReachTests
{
    private const string Model = "fal-ai/imagen4/preview";

    [Theory]
    [InlineData("User is locked.")]
    [InlineData("Account locked")]
    [InlineData("Admin lock")]
    [InlineData("Exhausted balance.")]
    [InlineData("See https://host.example/top_up")]
    [InlineData("Please top up your wallet")]
    [InlineData("You are out of credits")]
    [InlineData("There is no credit")]
    [InlineData("You have 0 credits left")]
    [InlineData("You have 0 credit left")]
    [InlineData("Insufficient balance")]
    [InlineData("Insufficient credits")]
    [InlineData("Insufficient funds")]
    [InlineData("Insufficient quota")]
    [InlineData("insufficient_quota")]
    [InlineData("insufficient_user_quota")]
    [InlineData("Not enough balance")]
    [InlineData("Not enough credits")]
    [InlineData("Not enough funds")]
    [InlineData("Your balance is too low")]
    [InlineData("Low balance")]
    [InlineData("Negative balance")]
    [InlineData("Payment required")]
    public void Words_of_a_lock_are_about_the_account_also_where_they_name_the_model(string said)
    {
        Assert.Equal(RefusalReach.Account, RefusalWords.ReachOf(Answer(403), $"{said} ({Model})", Model));
        Assert.True(RefusalWords.MayPass(Answer(403), said));
        Assert.False(RefusalWords.IsLock(Answer(403, type: "text/html", body: "<p>"), said));
        Assert.False(RefusalWords.IsLock(Answer(401), said));
    }

    [Theory]
    [InlineData("FAL-AI/imagen4/preview is not for you")]
    [InlineData("This model is not available to you.")]
    [InlineData("Models: none")]
    [InlineData("no such endpoint")]
    [InlineData("'endpoints'")]
    [InlineData("Application not found")]
    [InlineData("the deployment")]
    [InlineData("Permission denied")]
    [InlineData("Missing permissions")]
    [InlineData("scope:write")]
    [InlineData("Key lacks scopes")]
    public void Words_of_a_model_or_a_right_are_about_the_model_in_a_403_alone(string said)
    {
        Assert.Equal(RefusalReach.Model, RefusalWords.ReachOf(Answer(403), said, Model));
        Assert.Equal(RefusalReach.Unknown, RefusalWords.ReachOf(Answer(401), said, Model));
        Assert.Equal(RefusalReach.Unknown, RefusalWords.ReachOf(Answer(403, type: "text/html", body: "<p>"), said, Model));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Forbidden")]
    [InlineData("supermodels only")]
    public void Other_words_say_nothing(string said) => Assert.Equal(RefusalReach.Unknown, RefusalWords.ReachOf(Answer(403), said, Model));

    [Fact]
    public void A_402_is_about_the_account_whatever_it_says() =>
        Assert.Equal(RefusalReach.Account, RefusalWords.ReachOf(Answer(402), "No.", Model));

    [Theory]
    [InlineData(400, """{"error":{"code":"billing_hard_limit_reached"}}""", true)]
    [InlineData(402, """{"type":"insufficient_quota"}""", true)]
    [InlineData(403, """{"error_type":"insufficient_user_quota"}""", true)]
    [InlineData(429, """{"error":{"message":"x","type":"insufficient_quota"}}""", true)]
    [InlineData(401, """{"code":"insufficient_quota"}""", false)]
    [InlineData(500, """{"code":"insufficient_quota"}""", false)]
    [InlineData(429, """{"error":{"message":"insufficient_quota"}}""", false)]
    [InlineData(429, """{"error":"insufficient_quota"}""", false)]
    [InlineData(429, """{"error":{"code":"rate_limit_exceeded"}}""", false)]
    [InlineData(429, """["insufficient_quota"]""", false)]
    public void A_quota_that_does_not_come_back_is_told_by_its_code(int status, string body, bool isSaid)
    {
        Assert.Equal(isSaid, LastingQuota.IsSaidIn(Answer(status, body)));
    }

    [Fact]
    public void A_lock_does_not_pass_where_the_quota_lasts_or_a_request_is_named()
    {
        Assert.False(RefusalWords.MayPass(Answer(403, """{"code":"insufficient_quota"}"""), "User is locked"));
        Assert.False(RefusalWords.MayPass(Answer(403, id: "r-1"), "User is locked"));
        Assert.False(RefusalWords.MayPass(Answer(403), "Forbidden"));
        Assert.True(RefusalWords.MayPass(Answer(402, id: ""), ""));
    }

    private static HostResponse Answer(int status, string body = "{}", string type = "application/json", string? id = null)
    {
        using var message = new HttpResponseMessage();
        if (id is not null)
        {
            message.Headers.TryAddWithoutValidation("x-fal-request-id", id);
        }

        return new HostResponse((HttpStatusCode)status, message.Headers, type, Encoding.UTF8.GetBytes(body));
    }
}
