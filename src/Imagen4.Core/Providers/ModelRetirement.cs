using System.Globalization;
using System.Text.Json.Serialization;
using Imagen4.Core.Text;

namespace Imagen4.Core.Providers;

/// <summary>
/// What is known of the end of some models: data with a date and a source. It warns; nothing is ever sent to another model because of it.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ModelRetirement
{
    /// <summary>The endpoint ids.</summary>
    public IReadOnlyList<string> Ids { get; init => field = value ?? []; } = [];

    /// <summary>The protocols through which this holds.</summary>
    public IReadOnlyList<HostProtocol> Protocols { get; init => field = value ?? []; } = [];

    /// <summary>Who made the model, and ended it.</summary>
    public required string Maker { get; init; }

    /// <summary>When the maker ended it, as a date.</summary>
    public required string Date { get; init; }

    /// <summary>Where the maker says so.</summary>
    public required string Source { get; init; }

    /// <summary>Since when the host is known not to list it, as a date; null where that is not known.</summary>
    public string? Unlisted { get; init; }

    /// <summary>The endpoint id that has taken its place at the host; null where none is known.</summary>
    public string? Successor { get; init; }

    /// <summary>The newest model of the maker's that the host documents, where it names no successor.</summary>
    public string? Newest { get; init; }

    /// <summary>
    /// What is known of the end of a model at a host; null for nothing. A host on this machine speaks for itself: the data is about others.
    /// What a host lists is known of the built-in ones only.
    /// </summary>
    public static ModelRetirement? Find(ProviderProfile profile, string model)
    {
        if (profile.BaseUri is not { IsLoopback: false } address)
        {
            return null;
        }

        var known = HostData.BuiltIn.Retirements.FirstOrDefault(known => known.Protocols.Contains(profile.Protocol) && known.Ids.Contains(model));
        return HostData.BuiltIn.Providers.Any(host => host.BaseUri?.Host == address.Host)
            ? known
            : known is null ? null : known with { Unlisted = null, Successor = null, Newest = null };
    }

    /// <summary>What a user should know of a model before it is paid for; null for nothing.</summary>
    public static string? Notice(ProviderProfile profile, string model) =>
        Find(profile, model)?.Describe(profile.Name, model)
        ?? (ModelCache.Find(profile, model) is { Status: CachedModel.Deprecated } known
            ? Messages.ModelDeprecated.With(model, profile.Name, known.FetchedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
            : null);

    /// <summary>What a user should know: what happened, what is uncertain, and what to use.</summary>
    /// <param name="provider">The name of the host's profile.</param>
    /// <param name="model">The endpoint id.</param>
    public string Describe(string provider, string model) => Messages.ModelRetired.With(
        model, Maker, Date, Source, Unlisted is null ? "" : Messages.ModelUnlisted.With(provider, Unlisted), provider, InItsPlace(provider));

    /// <summary>The same where the host has just said that it does not serve the model: nothing is uncertain any more.</summary>
    public string DescribeGone(string provider) => Messages.ModelEnded.With(Maker, Date, Source, InItsPlace(provider));

    private string InItsPlace(string provider) => this switch
    {
        { Successor: { } successor } => Messages.ModelSuccessor.With(provider, successor),
        { Newest: { } newest } => Messages.ModelNewest.With(provider, Maker, newest),
        _ => Messages.ModelNoSuccessor.With(provider),
    };
}
