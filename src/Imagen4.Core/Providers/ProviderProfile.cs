using System.Text.Json.Serialization;

namespace Imagen4.Core.Providers;

/// <summary>What the module knows of a host. It is data: a new host of a known protocol needs no code.</summary>
/// <remarks>The JSON reader hands every property it does not find a null or a zero, which here means the default.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ProviderProfile
{
    /// <summary>The most requests that one command keeps in progress at once.</summary>
    public const int MostConcurrency = 5000;

    /// <summary>The most characters that a name has.</summary>
    public const int LongestName = 64;

    // fal runs 2 requests of a new account at once and up to 40 of others; what waits in its queue costs nothing.
    private const int DefaultConcurrency = 40;

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    /// <summary>Whether a text can be the name of a profile.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <summary>The name users choose it by.</summary>
    public required string Name { get; init; }

    /// <summary>The protocol it speaks.</summary>
    public HostProtocol Protocol { get; init; }

    /// <summary>Where requests go; it may carry a path. Null for a provider that is not running.</summary>
    public Uri? BaseUri { get; init; }

    /// <summary>The scheme of the <c>Authorization</c> header, <c>Key</c> or <c>Bearer</c>, where the key goes into that one.</summary>
    public string AuthScheme { get; init => field = value ?? "Key"; } = "Key";

    /// <summary>
    /// The header the key goes into, as <see cref="Providers.KeyHeader"/> reads it; null for <c>Authorization</c> with
    /// <see cref="AuthScheme"/>.
    /// </summary>
    public string? KeyHeader { get; init; }

    /// <summary>
    /// Where below its address the host takes requests, as <see cref="Providers.SubmitPath"/> reads it; null for where its protocol
    /// has it.
    /// </summary>
    public string? SubmitPath { get; init; }

    /// <summary>What the host calls the inputs that it spells otherwise, by the module's own names.</summary>
    public IReadOnlyDictionary<string, string> InputNames { get; init => field = value ?? None; } = None;

    /// <summary>The environment variables that may hold the key, first found wins.</summary>
    public IReadOnlyList<string> ApiKeyVariables { get; init => field = value ?? []; } = [];

    /// <summary>Two environment variables that hold the two halves of a key, or none.</summary>
    public IReadOnlyList<string> ApiKeyPairVariables { get; init => field = value ?? []; } = [];

    /// <summary>The name of the secret in the user's vaults that is the key; null for none. It comes before the variables.</summary>
    public string? SecretName { get; init; }

    /// <summary>The vault the secret is in; null for any.</summary>
    public string? SecretVault { get; init; }

    /// <summary>Whether the user has said that the host takes requests without a key.</summary>
    public bool NoApiKey { get; init; }

    /// <summary>
    /// Whether requests go without a key: the user has said so, or the host is on this machine and the profile names no place for a key.
    /// </summary>
    [JsonIgnore]
    public bool NeedsNoKey => NoApiKey
        || (BaseUri is { IsAbsoluteUri: true, IsLoopback: true } && OpenKey is null && SecretName is null
            && ApiKeyVariables.Count == 0 && ApiKeyPairVariables.Count == 0);

    /// <summary>A key that is not a secret: the emulator takes any, and this one is sent.</summary>
    public string? OpenKey { get; init; }

    /// <summary>The endpoint id used where the caller names none.</summary>
    public string DefaultModel { get; init => field = value ?? ""; } = "";

    /// <summary>How many requests are kept in progress at once by default.</summary>
    public int ConcurrencyLimit { get; init => field = value > 0 ? Math.Min(value, MostConcurrency) : DefaultConcurrency; } = DefaultConcurrency;

    /// <summary>What the host documents besides submitting and returning results.</summary>
    public IReadOnlyList<HostOffer> Offers { get; init => field = value ?? []; } = [];

    /// <summary>The settings of a request it takes, by their parameters' names.</summary>
    public IReadOnlyList<string> Settings { get; init => field = value ?? []; } = [];

    /// <summary>Where prices and past requests are read; null where the host has no such place.</summary>
    public Uri? PlatformUri { get; init; }

    /// <summary>Where files are uploaded to; null where the host has no such place.</summary>
    public Uri? StorageUri { get; init; }

    /// <summary>
    /// The hosts that have the files of its results, with all hosts below them, or one host with its port. What it may sign addresses
    /// of, and no other file, is asked for with such an address where nobody may read it without.
    /// </summary>
    public IReadOnlyList<string> MediaHosts { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Seconds after a request was sent until it is listed, if the host has it: only then does it mean anything that it is not.
    /// Null where the host promises nothing.
    /// </summary>
    public double? HistoryLag { get; init; }

    /// <summary>Where the public keys are that its webhooks are signed with; null where it has none.</summary>
    public Uri? WebhookKeysUri { get; init; }

    /// <summary>What an image costs, in the host's currency, where the user has said so.</summary>
    public decimal? PricePerImage { get; init; }

    /// <summary>Where the profile is defined. It is not part of a settings file.</summary>
    [JsonIgnore]
    public ProviderScope Scope { get; init; }
}

/// <summary>The protocols hosts speak.</summary>
public enum HostProtocol
{
    /// <summary>fal's queue: submit, status, result, cancel.</summary>
    FalQueue,

    /// <summary>fal without its queue: the answer to the submit is the result.</summary>
    FalSync,

    /// <summary>fal's queue through a reseller: only submit and result can be relied on.</summary>
    FalAggregator,

    /// <summary><c>POST /v1/images/generations</c>: the answer to the submit is the result.</summary>
    ImagesGenerations,
}

/// <summary>What a host documents besides submitting and returning results.</summary>
public enum HostOffer
{
    /// <summary>The state of a request can be read.</summary>
    Status,

    /// <summary>The state of a request can be followed in a stream.</summary>
    Stream,

    /// <summary>A request can be cancelled.</summary>
    Cancel,

    /// <summary>Past requests can be listed.</summary>
    History,

    /// <summary>Prices can be read.</summary>
    Price,
}

/// <summary>Where a profile is defined.</summary>
public enum ProviderScope
{
    /// <summary>It comes with the module.</summary>
    BuiltIn,

    /// <summary>It is in the user's settings file.</summary>
    User,

    /// <summary>It lives as long as this process.</summary>
    Session,
}
