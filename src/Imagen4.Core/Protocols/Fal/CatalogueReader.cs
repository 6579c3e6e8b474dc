using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>Reads fal's catalogue of models. It wants no key, and gets none.</summary>
internal sealed class CatalogueReader
{
    private const int PageSize = 100;
    private const int IdsAtOnce = 20;
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(60);

    private readonly ProviderProfile _profile;
    private readonly Uri _platform;
    private readonly TimeProvider _time;
    private readonly ReadRetry _retry;
    private readonly HostChannel _channel;

    /// <summary>Prepares to read. Nothing is sent.</summary>
    /// <param name="profile">A host with a catalogue.</param>
    /// <param name="time">The clock.</param>
    /// <param name="trace">Receives a line for every exchange, on any thread.</param>
    /// <exception cref="InvalidInputException">The address in the profile is none to ask.</exception>
    public CatalogueReader(ProviderProfile profile, TimeProvider time, Action<string>? trace)
    {
        (_profile, _platform, _time) = (profile, ProviderAddress.Validate(profile.PlatformUri!), time);
        _retry = new ReadRetry(RetryBudget.For(_platform), time, readsModel: false);
        _channel = new HostChannel(HttpStack.Host, time) { Trace = trace };
    }

    /// <summary>Searches, page by page.</summary>
    /// <param name="text">Words in the name, the description or the category; null for all.</param>
    /// <param name="category">The category; null for all.</param>
    /// <param name="status"><c>active</c> or <c>deprecated</c>; null for all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">The host cannot be asked.</exception>
    public IAsyncEnumerable<CachedModel> FindAsync(string? text, string? category, string? status, CancellationToken cancellation) =>
        PagesAsync([("q", text), ("category", category), ("status", status), ("limit", $"{PageSize}")], cancellation);

    /// <summary>Reads models with their schemas.</summary>
    /// <param name="ids">The endpoint ids.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Those that the catalogue has.</returns>
    /// <exception cref="ImagenException">The host cannot be asked.</exception>
    public async Task<IReadOnlyList<CachedModel>> ReadAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        var found = new List<CachedModel>();
        foreach (var some in ids.Distinct(StringComparer.Ordinal).Chunk(IdsAtOnce))
        {
            IEnumerable<(string, string?)> query = [.. some.Select(id => ("endpoint_id", (string?)id)), ("expand", "openapi-3.0")];
            await foreach (var model in PagesAsync(query, cancellation).ConfigureAwait(false))
            {
                if (some.Contains(model.Model, StringComparer.Ordinal))
                {
                    found.Add(model);
                }
            }
        }

        return found;
    }

    private async IAsyncEnumerable<CachedModel> PagesAsync(
        IEnumerable<(string Name, string? Value)> query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // A cursor that comes again would lead round in a circle.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = await PageAsync(query.Append(("cursor", cursor)), cancellation).ConfigureAwait(false);
            foreach (var entry in page.Models ?? [])
            {
                if (entry is { EndpointId.Length: > 0 } && entry.EndpointId.All(letter => letter is > ' ' and < '\u007f'))
                {
                    yield return Model(entry);
                }
            }

            cursor = page.HasMore == false ? null : page.NextCursor;
        }
        while (cursor is { Length: > 0 } && seen.Add(cursor));
    }

    private async Task<CataloguePage> PageAsync(IEnumerable<(string Name, string? Value)> query, CancellationToken cancellation)
    {
        var given = query.Where(part => part.Value is { Length: > 0 }).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}");
        var address = new Uri($"{HostAddress.Append(_platform, "models")}?{string.Join('&', given)}");
        var response = await _retry.RunAsync(token => SendAsync(address, token), cancellation).ConfigureAwait(false);
        var status = (int)response.Status;
        if (!response.IsSuccess)
        {
            var said = FalErrorDetail.Read(response).Text;
            throw status switch
            {
                404 => new ModelNotAvailableException(Messages.CatalogueAnswers.With(_profile.Name, status, said)) { StatusCode = status },
                429 => new RateLimitedException(
                    Messages.RateLimited.With(_profile.Name, said + RetryAfter.Said(response.Headers, _time))) { StatusCode = status },
                408 or >= 500 => new HostUnavailableException(Messages.HostAnswers.With(_profile.Name, status, said)) { StatusCode = status },
                _ => new InvalidResponseException(Messages.CatalogueAnswers.With(_profile.Name, status, said)) { StatusCode = status },
            };
        }

        return response.Read(CatalogueJson.Default.CataloguePage) ?? throw new InvalidResponseException(
            Messages.InvalidResponse.With(_profile.Name, status, response.ContentType ?? "?", ""));
    }

    private async Task<HostResponse> SendAsync(Uri address, CancellationToken cancellation)
    {
        using var request = HttpStack.Request(HttpMethod.Get, address);
        request.Headers.Accept.Add(new("application/json"));
        return await _channel.SendAsync(request, ReadLimit, cancellation, HostChannel.LargestList).ConfigureAwait(false);
    }

    // The host's words go to a terminal.
    private static string? Plain(string? said) => said is null ? null : PlainText.Line(said);

    private CachedModel Model(CatalogueEntry entry) => new()
    {
        Platform = ModelCache.Platform(_profile),
        Model = entry.EndpointId!,
        FetchedAt = _time.GetUtcNow(),
        Name = Plain(entry.Metadata?.DisplayName),
        Category = Plain(entry.Metadata?.Category),
        Status = Plain(entry.Metadata?.Status),
        Description = Plain(entry.Metadata?.Description),
        Definition = entry.Openapi is { } document && SchemaReader.Read(entry.EndpointId!, document) is { } read
            ? read with { FetchedAt = _time.GetUtcNow() }
            : null,
    };
}

/// <summary>A page of fal's catalogue.</summary>
internal sealed record CataloguePage
{
    public IReadOnlyList<CatalogueEntry?>? Models { get; init; }

    public string? NextCursor { get; init; }

    public bool? HasMore { get; init; }
}

/// <summary>A model in it.</summary>
internal sealed record CatalogueEntry
{
    public string? EndpointId { get; init; }

    public CatalogueMetadata? Metadata { get; init; }

    public JsonElement? Openapi { get; init; }
}

/// <summary>What the catalogue says of a model, beside its schema.</summary>
internal sealed record CatalogueMetadata
{
    public string? DisplayName { get; init; }

    public string? Category { get; init; }

    public string? Status { get; init; }

    public string? Description { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CataloguePage))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
