using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Protocols.Fal;

public sealed class PriceReaderTests
{
    [Fact]
    public async Task A_price_the_host_lists_is_told_with_its_unit_and_currency()
    {
        var (prices, server) = await ReadAsync(new Answer(200, """
            {"prices":[null,{"endpoint_id":"fal-ai/other","unit_price":9},{"endpoint_id":"fal-ai/imagen4/preview","unit_price":"0.05","unit":"image","currency":"USD"}],"has_more":false}
            """));

        Assert.Equal(new UnitPrice(0.05m, "image", "USD", IsHosts: true), Assert.Single(prices).Value);
        Assert.Equal(TestHost.Model, prices.Keys.Single());
        var seen = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/v1/models/pricing?endpoint_id=fal-ai%2Fimagen4%2Fpreview"), (seen.Method, seen.Path));
        Assert.Equal($"Key {TestHost.Secret}", seen.Headers["Authorization"]);
    }

    [Theory]
    [InlineData("""{"endpoint_id":"fal-ai/other","unit_price":"call us","unit":"image"}""")]
    [InlineData("""{"endpoint_id":"fal-ai/other","unit_price":1,"unit":1}""")]
    [InlineData("""{"endpoint_id":"fal-ai/other","unit_price":1,"currency":["USD"]}""")]
    [InlineData("""{"endpoint_id":"fal-ai/other","unit_price":1e99}""")]
    [InlineData("""{"endpoint_id":7,"unit_price":null}""")]
    [InlineData("null")]
    [InlineData("\"fal-ai/other\"")]
    [InlineData("5")]
    [InlineData("[[]]")]
    public async Task An_entry_that_cannot_be_read_costs_no_other_price(string entry)
    {
        var body = $$"""{"prices":[{{entry}},{"endpoint_id":"fal-ai/imagen4/preview","unit_price":0.05,"unit":"image","currency":"USD"},{{entry}}]}""";

        var (prices, _) = await ReadAsync(new Answer(200, body), TestHost.Model, "fal-ai/other");

        Assert.Equal(KeyValuePair.Create(TestHost.Model, new UnitPrice(0.05m, "image", "USD", IsHosts: true)), Assert.Single(prices));
    }

    [Theory]
    [InlineData("usd", "USD")]
    [InlineData(" Eur ", "EUR")]
    public async Task A_currency_is_the_same_in_any_case(string said, string currency)
    {
        var (prices, _) = await ReadAsync(new Answer(
            200, $$"""{"prices":[{"endpoint_id":"fal-ai/imagen4/preview","unit_price":0.05,"unit":"image","currency":"{{said}}"}]}"""));

        Assert.Equal(currency, Assert.Single(prices).Value.Currency);
    }

    [Theory]
    [InlineData("this key does not have permission to perform this action")]
    [InlineData("No access to the endpoint")]
    public async Task A_key_that_may_not_read_prices_says_nothing_of_the_model(string said) => Assert.IsType<AccountLockedException>(
        await Record.ExceptionAsync(() => ReadAsync(new Answer(403, $$"""{"detail":"{{said}}"}"""))));

    [Theory]
    [InlineData("""{"prices":[]}""")]
    [InlineData("""{"prices":null}""")]
    [InlineData("""{"prices":[{"endpoint_id":"fal-ai/other","unit_price":9}]}""")]
    [InlineData("""{"prices":[{"endpoint_id":"fal-ai/imagen4/preview"}]}""")]
    public async Task A_model_that_is_not_listed_has_no_price(string body) => 
        Assert.Empty((await ReadAsync(new Answer(200, body))).Prices);

    [Theory]
    [InlineData(401, """{"error":{"type":"authentication_error","message":"Bad key"}}""", typeof(AuthenticationFailedException))]
    [InlineData(403, """{"detail":"User is locked."}""", typeof(AccountLockedException))]
    [InlineData(429, "{}", typeof(RateLimitedException))]
    [InlineData(404, "{}", typeof(ModelNotAvailableException))]
    [InlineData(500, """{"error":{"message":"boom"}}""", typeof(HostUnavailableException))]
    [InlineData(503, "<html></html>", typeof(HostUnavailableException))]
    [InlineData(200, "<html></html>", typeof(InvalidResponseException))]
    public async Task A_host_that_does_not_answer_is_an_error_and_no_missing_price(int status, string body, Type type) =>
        Assert.IsType(type, await Record.ExceptionAsync(() => ReadAsync(new Answer(status, body))));

    [Fact]
    public async Task Several_models_are_asked_for_in_one_request_and_more_than_fifty_in_two()
    {
        var (_, server) = await ReadAsync(new Answer(200, """{"prices":[]}"""), [.. Enumerable.Range(1, 51).Select(number => $"a/m{number}"), "a/m1"]);

        Assert.Equal([50, 1], server.Requests.Select(seen => seen.Path.Split("endpoint_id=").Length - 1));
    }

    [Theory]
    [InlineData("image", "image", true)]
    [InlineData("images", "image", true)]
    [InlineData(" Images ", "image", true)]
    [InlineData("megapixels", "image", false)]
    [InlineData(null, "image", false)]
    public void A_unit_is_the_same_in_the_plural(string? own, string other, bool isSame) =>
        Assert.Equal(isSame, new UnitPrice(1, own, "USD", IsHosts: true).IsFor(other));

    [Fact]
    public void A_key_does_not_go_to_a_price_list_over_an_open_line() =>
        Assert.Throws<InvalidInputException>(
            () => TestHost.Connect(TestHost.Profile(new Uri("http://127.0.0.1:9")) with { PlatformUri = new Uri("http://api.example/v1") }));

    private static async Task<(IReadOnlyDictionary<string, UnitPrice> Prices, WebServer Server)> ReadAsync(Answer answer, params string[] models)
    {
        await using var server = await WebServer.AnsweringAsync(answer);
        var profile = TestHost.Profile(new Uri("https://queue.example")) with { PlatformUri = new Uri(server.Address, "v1"), Offers = [HostOffer.Price] };
        return (await PriceReader.ReadAsync(
            TestHost.Connect(profile, new SkippingTime()), models is [] ? [TestHost.Model] : models, CancellationToken.None).InTime(), server);
    }
}
