using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Protocols.Fal;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Costs;

/// <summary>
/// The prices of one batch, each settled once: what the host said within a day, or says now, else the user's own. Nothing that is paid
/// for waits for it, a host that does not answer costs a batch three seconds once, and whatever goes wrong leaves the price
/// unknown.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="trace">Receives why a price is not known, on any thread.</param>
internal sealed class PriceBook(TimeProvider time, Action<string>? trace)
{
    private readonly ConcurrentDictionary<(string Provider, string Model), Lazy<Task<UnitPrice?>>> _settled = new();
    private readonly ConcurrentDictionary<(string Provider, string Model), UnitPrice?> _told = new();
    private readonly ConcurrentDictionary<string, bool> _silent = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, PriceQuestions> _questions = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the host is asked also where it said its price within a day: where the price is a matter of a limit.</summary>
    public bool AsksAnew { get; init; }

    /// <summary>Whether what the host says is kept for the next batch.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>Begins to find out the price of a model, beside everything else.</summary>
    public void Begin(HostConnection host, string model) => _ = FindAsync(host, model);

    /// <summary>The price of a model, as far as it is known without asking the host.</summary>
    public UnitPrice? Known(HostConnection host, string model) =>
        _told.TryGetValue((host.Profile.Name, model), out var told) ? told : Kept(host.Profile, model);

    /// <summary>The price of a model; null where none is known.</summary>
    public Task<UnitPrice?> FindAsync(HostConnection host, string model) =>
        _settled.GetOrAdd((host.Profile.Name, model), _ => new Lazy<Task<UnitPrice?>>(() => SettleAsync(host, model))).Value;

    /// <summary>What a request can cost at most, as far as that is known without asking the host.</summary>
    public Estimate AtMost(HostConnection host, string model, ImageInput input) =>
        AtMost(Known(host, model), host.Profile, model, input);

    /// <summary>What a request can cost at most.</summary>
    public async Task<Estimate> AtMostAsync(HostConnection host, string model, ImageInput input, CancellationToken cancellation) =>
        AtMost(await FindAsync(host, model).WaitAsync(cancellation).ConfigureAwait(false), host.Profile, model, input);

    /// <summary>What a request has cost; null where that is not known. Its result is not lost for it, whatever goes wrong.</summary>
    /// <param name="host">The host.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="input">What was sent.</param>
    /// <param name="units">What the host says it bills; null where it does not say.</param>
    /// <param name="images">How many images there are.</param>
    public async Task<Money?> CostAsync(HostConnection host, string model, ImageInput input, decimal? units, int images)
    {
        try
        {
            return RowCost.Of(
                await FindAsync(host, model).ConfigureAwait(false), PriceRule.Find(host.Profile, model), input, units, images);
        }
        catch (Exception error) when (error is ImagenException or OverflowException)
        {
            trace?.Invoke(Messages.PriceNotRead.With(host.Profile.Name, PlainText.Line(error.Message)));
            return null;
        }
    }

    // Where the host's price says too little, the user's own is the user's word for what an image can cost; but no image costs less than
    // the host says of one.
    private static Estimate AtMost(UnitPrice? price, ProviderProfile profile, string model, ImageInput input)
    {
        var rule = PriceRule.Find(profile, model);
        var estimate = RowCost.AtMost(price, rule, input);
        return estimate.Most is null && price is { IsHosts: true } && UnitPrice.OfProfile(profile) is { } own
            ? RowCost.AtMost(own with { Amount = price.IsFor(UnitPrice.Image) ? Math.Max(own.Amount, price.Amount) : own.Amount }, rule, input)
            : estimate;
    }

    private async Task<UnitPrice?> SettleAsync(HostConnection host, string model) =>
        _told[(host.Profile.Name, model)] = await ReadAsync(host, model).ConfigureAwait(false);

    private async Task<UnitPrice?> ReadAsync(HostConnection host, string model)
    {
        // The host's word comes before the user's own price, which is one for all its models.
        if (!AsksAnew && PriceCache.Find(host.Profile, model, time.GetUtcNow(), PriceCache.Fresh) is { } kept)
        {
            return kept;
        }

        var own = UnitPrice.OfProfile(host.Profile);
        if (!PriceCache.IsPublished(host.Profile))
        {
            return own;
        }

        if (_silent.ContainsKey(host.Profile.Name))
        {
            return PriceCache.Find(host.Profile, model, time.GetUtcNow(), PriceCache.Known) ?? own;
        }

        try
        {
            var questions = _questions.GetOrAdd(host.Profile.Name, _ => new PriceQuestions(host) { AnsweredAsync = KeepAsync });
            return (await questions.AskAsync(model).ConfigureAwait(false)).GetValueOrDefault(model) ?? own;
        }
#pragma warning disable CA1031 // Whatever it is: a price that is not known must not cost a batch anything.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // A host that did not answer for one model is not waited for again for the next.
            _silent[host.Profile.Name] = true;
            trace?.Invoke(Messages.PriceNotRead.With(host.Profile.Name, PlainText.Line(error.Message)));
            return PriceCache.Find(host.Profile, model, time.GetUtcNow(), PriceCache.Known) ?? own;
        }
    }

    private UnitPrice? Kept(ProviderProfile profile, string model) =>
        PriceCache.Find(profile, model, time.GetUtcNow(), PriceCache.Fresh) ?? UnitPrice.OfProfile(profile);

    private async Task KeepAsync(ProviderProfile profile, IReadOnlyDictionary<string, UnitPrice> prices)
    {
        if (!Keeps || prices.Count == 0)
        {
            return;
        }

        try
        {
            await PriceCache.SaveAsync(profile, prices, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            trace?.Invoke(Messages.PriceNotRead.With(profile.Name, PlainText.Line(error.Message)));
        }
    }
}

/// <summary>Questions for the prices of one host: what is asked while one is in progress goes together into the next.</summary>
/// <param name="host">The host.</param>
internal sealed class PriceQuestions(HostConnection host)
{
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private (List<string> Models, Task<IReadOnlyDictionary<string, UnitPrice>> Answer)? _next;

    /// <summary>Receives what the host has said.</summary>
    public Func<ProviderProfile, IReadOnlyDictionary<string, UnitPrice>, Task>? AnsweredAsync { get; init; }

    /// <summary>Asks for the price of a model.</summary>
    /// <returns>The prices that the host says, of it and of others.</returns>
    public Task<IReadOnlyDictionary<string, UnitPrice>> AskAsync(string model)
    {
        lock (_lock)
        {
            if (_next is not { } next)
            {
                var models = new List<string>();
                next = (models, AskAsync(_last, models));
                (_next, _last) = (next, next.Answer);
            }

            next.Models.Add(model);
            return next.Answer;
        }
    }

    private async Task<IReadOnlyDictionary<string, UnitPrice>> AskAsync(Task before, List<string> models)
    {
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _next = null;
        }

        var prices = await PriceReader.AskAsync(host, models, CancellationToken.None).ConfigureAwait(false);
        await (AnsweredAsync?.Invoke(host.Profile, prices) ?? Task.CompletedTask).ConfigureAwait(false);
        return prices;
    }
}
