using Imagen4.Core.Pipeline.Costs;
using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Pipeline.Costs;

[Collection(RunsAlone.Name)]
public sealed class PriceBookTests : EnvironmentTest
{
    private static readonly Answer Prices = new(200, """
        {"prices":[{"endpoint_id":"a/one","unit_price":0.1,"unit":"images","currency":"USD"},{"endpoint_id":"a/two","unit_price":0.2,"unit":"images","currency":"USD"}]}
        """);

    [Fact]
    public async Task What_is_asked_while_a_question_is_under_way_goes_together_into_the_next_and_nothing_is_asked_twice()
    {
        var answered = new TaskCompletionSource();
        await using var server = await WebServer.StartAsync(async context =>
        {
            await answered.Task;
            await Prices.WriteAsync(context);
        });
        var host = Connect(server.Address);
        var book = new PriceBook(TimeProvider.System, trace: null);

        var first = book.FindAsync(host, "a/one");
        await UntilAsync(() => server.Requests.Count == 1);
        Task<UnitPrice?>[] others = [book.FindAsync(host, "a/two"), book.FindAsync(host, "a/three"), book.FindAsync(host, "a/two"), book.FindAsync(host, "a/one")];
        Assert.Null(book.Known(host, "a/one"));
        answered.SetResult();

        Assert.Equal([0.1m], [(await first.InTime())!.Amount]);
        Assert.Equal([0.2m, null, 0.2m, 0.1m], (await Task.WhenAll(others).InTime()).Select(price => price?.Amount));
        Assert.Equal(
            ["/v1/models/pricing?endpoint_id=a%2Fone", "/v1/models/pricing?endpoint_id=a%2Ftwo&endpoint_id=a%2Fthree"],
            server.Requests.Select(seen => seen.Path));
        Assert.Equal(0.1m, book.Known(host, "a/one")!.Amount);

        // The next batch has no question for what was answered.
        Assert.Equal(0.2m, (await new PriceBook(TimeProvider.System, trace: null).FindAsync(host, "a/two").InTime())!.Amount);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_rehearsal_keeps_nothing()
    {
        await using var server = await WebServer.AnsweringAsync(Prices);

        Assert.NotNull(await new PriceBook(TimeProvider.System, trace: null) { Keeps = false }.FindAsync(Connect(server.Address), "a/one").InTime());

        Assert.False(File.Exists(Home.At(PriceCache.FileName)));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(200)]
    public async Task A_host_that_cannot_be_asked_leaves_the_price_unknown_is_asked_once_and_said_with_Verbose_only(int status)
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(status, "<html></html>", "text/html"));
        var said = new List<string>();
        var book = new PriceBook(TimeProvider.System, said.Add);

        Assert.Null(await book.FindAsync(Connect(server.Address), "a/one").InTime());
        Assert.Null(await book.FindAsync(Connect(server.Address), "a/one").InTime());
        Assert.Null(await book.CostAsync(Connect(server.Address), "a/one", TestHost.Input(), units: 1, images: 1).InTime());

        Assert.Single(server.Requests);
        Assert.StartsWith("What test costs is not known: ", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_price_of_the_last_month_is_taken_where_the_host_cannot_be_asked_and_only_then()
    {
        await using var silent = await WebServer.AnsweringAsync(new Answer(500));
        var host = Connect(silent.Address);
        var old = new Dictionary<string, UnitPrice> { ["a/one"] = new(0.3m, "images", "USD", IsHosts: true) };
        await PriceCache.SaveAsync(host.Profile, old, DateTimeOffset.UtcNow - TimeSpan.FromDays(20), default);

        Assert.Equal(0.3m, (await new PriceBook(TimeProvider.System, trace: null).FindAsync(host, "a/one").InTime())!.Amount);

        await using var server = await WebServer.AnsweringAsync(Prices);
        await PriceCache.SaveAsync(Connect(server.Address).Profile, old, DateTimeOffset.UtcNow - TimeSpan.FromDays(2), default);
        Assert.Equal(0.1m, (await new PriceBook(TimeProvider.System, trace: null).FindAsync(Connect(server.Address), "a/one").InTime())!.Amount);
    }

    [Fact]
    public async Task The_hosts_price_comes_before_ones_own_and_a_host_without_prices_is_not_asked()
    {
        await using var server = await WebServer.AnsweringAsync(Prices);
        var own = TestHost.Connect(Profile(server.Address) with { PricePerImage = 0.5m });
        var book = new PriceBook(TimeProvider.System, trace: null);

        Assert.Equal(new UnitPrice(0.1m, "images", "USD", IsHosts: true), await book.FindAsync(own, "a/one").InTime());
        Assert.Equal(new UnitPrice(0.5m, "image", null, IsHosts: false), await book.FindAsync(own, "a/none").InTime());
        var asked = server.Requests.Count;
        Assert.Null(await book.FindAsync(TestHost.Connect(Profile(server.Address) with { Name = "other", Offers = [] }), "a/one").InTime());
        Assert.Equal(
            new UnitPrice(0.5m, "image", null, IsHosts: false),
            await book.FindAsync(TestHost.Connect(Profile(server.Address) with { Name = "another", Offers = [], PricePerImage = 0.5m }), "a/one").InTime());
        Assert.Equal(asked, server.Requests.Count);
    }

    [Fact]
    public async Task A_host_that_did_not_answer_for_one_model_is_not_asked_for_the_next()
    {
        await using var server = await WebServer.AnsweringAsync(new Answer(500, "{}"));
        var host = TestHost.Connect(Profile(server.Address));
        var book = new PriceBook(TimeProvider.System, trace: null);

        Assert.Null(await book.FindAsync(host, "a/one").InTime());
        Assert.Null(await book.FindAsync(host, "a/two").InTime());
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Under_a_limit_a_price_that_is_kept_is_asked_for_anew()
    {
        await using var server = await WebServer.AnsweringAsync(Prices);
        var host = TestHost.Connect(Profile(server.Address));
        await PriceCache.SaveAsync(host.Profile, new Dictionary<string, UnitPrice> { ["a/one"] = new(0.01m, "images", "USD", IsHosts: true) }, DateTimeOffset.UtcNow, default);

        Assert.Equal(0.01m, (await new PriceBook(TimeProvider.System, trace: null) { Keeps = false }.FindAsync(host, "a/one").InTime())!.Amount);
        Assert.Equal(0.1m, (await new PriceBook(TimeProvider.System, trace: null) { AsksAnew = true }.FindAsync(host, "a/one").InTime())!.Amount);
    }

    [Fact]
    public async Task No_image_costs_less_than_the_host_says_of_one()
    {
        await using var server = await WebServer.AnsweringAsync(Prices);
        var host = TestHost.Connect(Profile(server.Address) with { PricePerImage = 0.03m });
        await PriceCache.SaveAsync(host.Profile, new Dictionary<string, UnitPrice> { ["a/one"] = new(0.1m, "images", "USD", IsHosts: true) }, DateTimeOffset.UtcNow, default);

        Assert.Equal("0.10", new PriceBook(TimeProvider.System, trace: null).AtMost(host, "a/one", TestHost.Input()).Most!.ToString());
    }

    [Fact]
    public async Task Where_the_hosts_price_says_too_little_beforehand_ones_own_says_it()
    {
        await using var server = await WebServer.AnsweringAsync(Prices);
        var host = TestHost.Connect(Profile(server.Address) with { PricePerImage = 0.5m });
        await PriceCache.SaveAsync(host.Profile, new Dictionary<string, UnitPrice> { ["a/one"] = new(0.1m, "images", "USD", IsHosts: true) }, DateTimeOffset.UtcNow, default);
        var book = new PriceBook(TimeProvider.System, trace: null);

        Assert.Equal("0.50", book.AtMost(host, "a/one", TestHost.Input()).Most!.ToString());
        Assert.Equal("0.20 USD", (await book.CostAsync(host, "a/one", TestHost.Input(), units: 2, images: 1).InTime())!.ToString());
    }

    private static ProviderProfile Profile(Uri address) => TestHost.Profile(address) with
    {
        PlatformUri = new Uri(address, "v1"),
        Offers = [HostOffer.Price],
    };

    private static HostConnection Connect(Uri address) => TestHost.Connect(Profile(address));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Within.Deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }
}
