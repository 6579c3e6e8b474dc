using Imagen4.Core.Providers;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Providers;

[Collection(RunsAlone.Name)]
public sealed class PriceCacheTests : EnvironmentTest
{
    private const string Id = "acme/painter";

    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly UnitPrice Price = new(0.08m, "image", "USD", IsHosts: true);

    private static readonly ProviderProfile Host = TestHost.Profile(new Uri("https://queue.example")) with
    {
        PlatformUri = new Uri("https://api.example/v1/"),
        Offers = [HostOffer.Price],
    };

    [Fact]
    public async Task A_price_is_kept_for_its_host_and_its_user_alone_and_for_a_while()
    {
        await SaveAsync(Price);

        Assert.Equal(Price, Find(Host, TimeSpan.Zero));
        Assert.Equal(Price, Find(Host with { PlatformUri = new Uri("https://api.example/v1") }, TimeSpan.FromHours(23.9)));
        Assert.Null(Find(Host, TimeSpan.FromDays(1)));
        Assert.Equal(Price, PriceCache.Find(Host, Id, Now + TimeSpan.FromDays(29), PriceCache.Known));
        Assert.Null(PriceCache.Find(Host, Id, Now + TimeSpan.FromDays(30), PriceCache.Known));
        Assert.Null(Find(Host with { PlatformUri = new Uri("https://other.example/v1") }, TimeSpan.Zero));
        Assert.Null(Find(Host with { Offers = [] }, TimeSpan.Zero));
        Assert.Null(PriceCache.Find(Host, "acme/other", Now, PriceCache.Fresh));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Home.At("prices.json")));
        }
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_no_price_last_longer()
    {
        await SaveAsync(Price);

        Assert.Null(PriceCache.Find(Host, Id, Now - TimeSpan.FromDays(2), PriceCache.Fresh));
    }

    [Fact]
    public async Task What_is_said_later_takes_the_place_of_what_was_said_and_leaves_the_rest()
    {
        await SaveAsync(Price);
        await PriceCache.SaveAsync(Host, new Dictionary<string, UnitPrice> { ["acme/other"] = Price }, Now, default);
        await SaveAsync(Price with { Amount = 0.1m });

        Assert.Equal(0.1m, Find(Host, TimeSpan.Zero)!.Amount);
        Assert.Equal(Price, PriceCache.Find(Host, "acme/other", Now, PriceCache.Fresh));
        Assert.Equal(["prices.json"], Directory.GetFiles(Home.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("""{"prices":null}""")]
    [InlineData("""{"prices":[null]}""")]
    [InlineData("""{"prices":[{"platform":"https://api.example/v1","model":"acme/painter","unitPrice":-1,"readAt":"2026-11-29T12:00:00Z"}]}""")]
    public async Task What_is_no_list_of_prices_is_as_if_it_were_not_there(string content)
    {
        Directory.CreateDirectory(Home.Path);
        File.WriteAllText(Home.At("prices.json"), content);

        Assert.Null(Find(Host, TimeSpan.Zero));
        await SaveAsync(Price);
        Assert.Equal(Price, Find(Host, TimeSpan.Zero));
    }

    private static Task SaveAsync(UnitPrice price) =>
        PriceCache.SaveAsync(Host, new Dictionary<string, UnitPrice> { [Id] = price }, Now, default);

    private static UnitPrice? Find(ProviderProfile host, TimeSpan later) => PriceCache.Find(host, Id, Now + later, PriceCache.Fresh);
}
