using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>
/// The circuit breaker of submitting, with one circuit for each provider. A wrong key or a locked account fails every further row of
/// its provider the same way, so the first one ends submitting there; what the host has accepted by then is still waited for, and rows
/// of other providers go on. A model that the host does not let an account use has a circuit of its own: its rows end, and those of the
/// provider's other models go on.
/// </summary>
public sealed class SubmissionBreaker
{
    private readonly ConcurrentDictionary<string, ImagenException> _ofProviders = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Provider, string Model), bool> _models = new(ModelComparer.Instance);
    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);
    private ImagenException? _ofAll;
    private ImagenException? _first;

    /// <summary>Why submitting has ended first, to whichever provider; null while it goes on to all.</summary>
    public ImagenException? Reason => Volatile.Read(ref _first);

    /// <summary>Why submitting has ended to all providers, or null.</summary>
    public ImagenException? ReasonForAll => Volatile.Read(ref _ofAll);

    /// <summary>The providers to which submitting has ended for a reason of their own, with that reason.</summary>
    public IReadOnlyDictionary<string, ImagenException> ByProvider => _ofProviders;

    /// <summary>Ends submitting to all providers; the first reason stays.</summary>
    public void Trip(ImagenException reason)
    {
        Interlocked.CompareExchange(ref _ofAll, reason, null);
        Interlocked.CompareExchange(ref _first, reason, null);
    }

    /// <summary>
    /// Whether what has ended submitting to all has not been said before: rows side by side hear the same of one ledger, in one or
    /// another way.
    /// </summary>
    internal bool IsNews(ImagenException error) => _said.TryAdd(error.Message, true)
        && (ReferenceEquals(ReasonForAll, error) || !ReasonForAll!.Message.EndsWith(error.Message, StringComparison.Ordinal));

    /// <summary>Ends submitting to a provider; the first reason stays.</summary>
    public void Trip(string provider, ImagenException reason)
    {
        _ofProviders.TryAdd(provider, reason);
        Interlocked.CompareExchange(ref _first, reason, null);
    }

    /// <summary>Ends submitting to one model of a provider. Its row has the error; nothing else ends by it.</summary>
    internal void TripModel(string provider, string model) => _models.TryAdd((provider, model), true);

    /// <summary>Whether nothing more is submitted to a model of a provider.</summary>
    public bool IsOpen(string provider, string model) => IsOpen(provider) || _models.ContainsKey((provider, model));

    /// <summary>Says of which row the error was that ended submitting.</summary>
    /// <param name="said">The error, as it is said of its row.</param>
    internal void Restate(ImagenException said)
    {
        foreach (var (provider, reason) in _ofProviders)
        {
            if (ReferenceEquals(reason.Thrown, said.Thrown))
            {
                _ = _ofProviders.TryUpdate(provider, said, reason);
            }
        }

        if (Reason is { } first && ReferenceEquals(first.Thrown, said.Thrown))
        {
            _ = Interlocked.CompareExchange(ref _first, said, first);
        }
    }

    /// <summary>Whether nothing more is submitted to a provider.</summary>
    public bool IsOpen(string provider) => ReasonForAll is not null || _ofProviders.ContainsKey(provider);

    /// <summary>Whether an error is why submitting has ended, anywhere.</summary>
    public bool IsReason(ImagenException error) =>
        ReferenceEquals(ReasonForAll?.Thrown, error.Thrown)
            || _ofProviders.Values.Any(reason => ReferenceEquals(reason.Thrown, error.Thrown));

    /// <summary>Whether every further submission to the same model of the same provider would fail like this one.</summary>
    internal static bool IsForModel(ImagenException error) => error is ModelNotAvailableException { StatusCode: 403 };

    /// <summary>Whether every further submission to the same provider would fail like this one.</summary>
    internal static bool IsForAll(ImagenException error) => error switch
    {
        AuthenticationFailedException or AccountLockedException or ApiKeyMissingException or LedgerUnavailableException => true,
        HostUnavailableException { StatusCode: 407 } => true,

        // A certificate nobody trusts and a proxy that wants a password stay as they are from row to row;
        // a handshake that broke off is another matter.
        HostUnavailableException { InnerException: HttpRequestException inner } =>
            inner is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException }
                or { StatusCode: HttpStatusCode.ProxyAuthenticationRequired },
        _ => false,
    };

    // Providers are named in any case, models are not.
    private sealed class ModelComparer : IEqualityComparer<(string Provider, string Model)>
    {
        public static ModelComparer Instance { get; } = new();

        public bool Equals((string Provider, string Model) x, (string Provider, string Model) y) =>
            x.Provider.Equals(y.Provider, StringComparison.OrdinalIgnoreCase) && x.Model == y.Model;

        public int GetHashCode((string Provider, string Model) obj) =>
            HashCode.Combine(obj.Provider.GetHashCode(StringComparison.OrdinalIgnoreCase), obj.Model);
    }
}

/// <summary>
/// How many submissions in a row are in doubt, for each provider: the rows of others say nothing about it. What was not sent,
/// or is to be sent again, ends no row of doubts: a gateway that fails says that in between, too.
/// </summary>
internal sealed class DoubtCounts
{
    private readonly ConcurrentDictionary<string, int> _inARow = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes note of a submission in doubt.</summary>
    /// <returns>How many there are in a row.</returns>
    public int Add(HostConnection host) => _inARow.AddOrUpdate(host.Profile.Name, 1, static (_, count) => count + 1);

    /// <summary>Takes note of one the host has answered for.</summary>
    public void End(HostConnection host) => _inARow[host.Profile.Name] = 0;
}
