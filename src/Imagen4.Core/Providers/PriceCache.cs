using System.Text.Json;
using System.Text.Json.Serialization;

namespace Imagen4.Core.Providers;

/// <summary>
/// What hosts have said of their prices, in one file of the state folder, for its user alone. A batch asks again only what is older than
/// a day.
/// </summary>
internal static class PriceCache
{
    /// <summary>The file, within the state folder.</summary>
    public const string FileName = "prices.json";

    /// <summary>How long a price is taken as it is.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    /// <summary>How long it is taken where the host cannot be asked.</summary>
    public static readonly TimeSpan Known = TimeSpan.FromDays(30);

    private const int MostPrices = 1000;
    private const int LargestFile = 512 * 1024;

    private static readonly Lock Gate = new();
    private static readonly SemaphoreSlim Saving = new(1, 1);
    private static (string Path, DateTime Written, IReadOnlyList<KeptPrice> Prices) _read = ("", default, []);

    private static string FilePath => Path.Combine(StateFolder.Path, FileName);

    /// <summary>Whether the host is asked for its prices, for which it wants a key.</summary>
    public static bool IsPublished(ProviderProfile profile) => profile.PlatformUri is not null && profile.Offers.Contains(HostOffer.Price);

    /// <summary>What a host said the price of a model is, at most so long ago; null where it did not.</summary>
    public static UnitPrice? Find(ProviderProfile profile, string model, DateTimeOffset now, TimeSpan age) =>
        IsPublished(profile)
        && Read().FirstOrDefault(kept => kept.Model == model && kept.Platform == ModelCache.Platform(profile)) is { } found
        && now - found.ReadAt < age && found.ReadAt - now < Fresh
            ? new UnitPrice(found.UnitPrice, found.Unit, found.Currency, IsHosts: true)
            : null;

    /// <summary>Keeps prices, in place of what the host said before. The oldest go where there are too many.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static async Task SaveAsync(
        ProviderProfile profile, IReadOnlyDictionary<string, UnitPrice> prices, DateTimeOffset now, CancellationToken cancellation)
    {
        var platform = ModelCache.Platform(profile);
        var news = prices.Select(price => new KeptPrice
        {
            Platform = platform,
            Model = price.Key,
            UnitPrice = price.Value.Amount,
            Unit = price.Value.Unit,
            Currency = price.Value.Currency,
            ReadAt = now,
        });
        StateFolder.Create();
        await Saving.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // What another process has written meanwhile may be lost: it is asked for again.
            var kept = Read().Where(old => old.Platform != platform || !prices.ContainsKey(old.Model));
            var all = new KeptPrices { Prices = [.. news.Concat(kept.OrderByDescending(old => old.ReadAt)).Take(MostPrices)] };
            var content = JsonSerializer.SerializeToUtf8Bytes(all, HostDataJson.Default.KeptPrices);
            await OwnFile.ReplaceAsync(FilePath, content, isDurable: false, cancellation).ConfigureAwait(false);
            lock (Gate)
            {
                _read = ("", default, []);
            }
        }
        finally
        {
            Saving.Release();
        }
    }

    private static IReadOnlyList<KeptPrice> Read()
    {
        lock (Gate)
        {
            return ReadAnew();
        }
    }

    // Somebody may have put anything there: what is not ours is as if it were not there.
    private static IReadOnlyList<KeptPrice> ReadAnew()
    {
        var path = FilePath;
        var written = File.GetLastWriteTimeUtc(path);
        if (_read.Path == path && _read.Written == written)
        {
            return _read.Prices;
        }

        IReadOnlyList<KeptPrice> prices = [];
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: <= LargestFile })
            {
                prices = JsonSerializer.Deserialize(SettingsFile.Read(path), HostDataJson.Default.KeptPrices)?.Prices ?? [];
                prices = [.. prices.Where(price => price is { UnitPrice: >= 0 })];
            }
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
        }

        _read = (path, written, prices);
        return prices;
    }
}

/// <summary>What hosts have said of their prices.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record KeptPrices
{
    public IReadOnlyList<KeptPrice> Prices { get; init => field = value ?? []; } = [];
}

/// <summary>What a host said of the price of one model.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record KeptPrice
{
    /// <summary>The address of the host's platform.</summary>
    public required string Platform { get; init; }

    /// <summary>The endpoint id.</summary>
    public required string Model { get; init; }

    public required decimal UnitPrice { get; init; }

    public string? Unit { get; init; }

    public string? Currency { get; init; }

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset ReadAt { get; init; }
}
