using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Results;

/// <summary>
/// What the ledger knows of requests that are followed up, and what it records of them. Reading a request needs no ledger:
/// one that cannot be used is a warning. Requests it does not know, made on another machine, it is not told of.
/// </summary>
/// <param name="services">What every run is given.</param>
/// <param name="options">Options for every request.</param>
internal sealed class FollowUpLedger(ClientServices services, BatchOptions options) : ILedger
{
    // A host may accept a request a moment before every part of it knows it: to be unknown then is not to be gone.
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);

    private readonly RequestLedger _ledger = services.Ledger;
    private readonly Lock _lock = new();
    private bool _isUnusable;

    /// <inheritdoc/>
    public bool KeepsPrompts => _ledger.KeepsPrompts;

    /// <summary>What the ledger knows of a request at a host, or null.</summary>
    public Task<LedgerRequest?> FindAsync(HostConnection host, string requestId, CancellationToken cancellation) =>
        FindAsync(ProviderAddress.Normal(host.BaseUri), host.Profile.Name, requestId, cancellation);

    /// <summary>
    /// A record with the name that the provider of its request has now, whatever it was called when it took the request. A record that
    /// names none has the provider and the model that the ledger knows of its request, unless a key was given: that is for the default
    /// provider, and for no other that nobody has named.
    /// </summary>
    /// <exception cref="InvalidInputException">Several hosts have given that id, and the record does not say which is meant.</exception>
    public async Task<RequestRecord> LocateAsync(RequestRecord record, CancellationToken cancellation)
    {
        if (record.Provider is { } provider)
        {
            var known = await FindAsync(baseAddress: null, provider, record.RequestId, cancellation).ConfigureAwait(false);
            return await LocatedAsync(record, provider, known, cancellation).ConfigureAwait(false);
        }

        var hosts = options.ApiKey is null && options.Provider is null
            ? await FindHostsAsync(record.RequestId, cancellation).ConfigureAwait(false)
            : [];
        return hosts switch
        {
            [] => record,
            [var only] => await LocatedAsync(record with { Model = record.Model ?? only.Model }, only.Provider, only, cancellation).ConfigureAwait(false),
            _ => throw new InvalidInputException(Messages.RequestAtSeveral.With(
                PlainText.Brief(record.RequestId), string.Join(", ", hosts.Select(known => known.Provider)))),
        };
    }

    // What an emulator had is gone when another one is started, wherever that listens.
    private async Task<RequestRecord> LocatedAsync(
        RequestRecord record, string provider, LedgerRequest? known, CancellationToken cancellation)
    {
        var name = services.Providers.CurrentNameOf(provider, known?.BaseAddress);
        record = record with { Provider = name };
        if (name is null or ProviderCatalog.EmulatorName || known is not { BaseAddress: { Length: > 0 } sentTo }
            || services.Providers.AddressOf(name) is not { } now || now == sentTo)
        {
            return record;
        }

        // The id may be another request's there.
        return await FindAsync(now, name, record.RequestId, cancellation).ConfigureAwait(false) is { } there
            && there.BaseAddress == now && there.LedgerId != known.LedgerId
            ? throw new InvalidInputException(Messages.RequestElsewhere.With(record.RequestId, sentTo, name, now)) { RequestId = record.RequestId }
            : record with { SentTo = sentTo };
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsAtSeveralAsync(string requestId) =>
        (await FindHostsAsync(requestId, CancellationToken.None).ConfigureAwait(false)).Count > 1;

    private async Task<IReadOnlyList<LedgerRequest>> FindHostsAsync(string requestId, CancellationToken cancellation)
    {
        try
        {
            var found = await _ledger.FindByRequestIdAsync(requestId, cancellation).ConfigureAwait(false);
            return [.. found.DistinctBy(known => known.BaseAddress)];
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
            return [];
        }
    }

    private async Task<LedgerRequest?> FindAsync(
        string? baseAddress, string provider, string requestId, CancellationToken cancellation)
    {
        try
        {
            return await _ledger.FindByRequestIdAsync(baseAddress, provider, requestId, cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
            return null;
        }
    }

    /// <summary>The entry under which the ledger records a request.</summary>
    public static LedgerEntry Entry(LedgerEntry request, LedgerRequest? known) => known is null ? request : request with
    {
        LedgerId = known.LedgerId,
        Provider = known.Provider,
        BaseAddress = known.BaseAddress,
        RequestId = request.RequestId ?? known.RequestId,
        Key = known.Key,
        Index = known.Index,
        Attempt = known.Attempt,
        Row = known is { Row: { } row, Subject: { } subject, InputHash: { } hash }
            ? new RowIdentity(row, subject, hash, known.Directory)
            : null,
    };

    /// <inheritdoc/>
    public async ValueTask RecordAsync(RequestState step, LedgerEntry entry, CancellationToken cancellation)
    {
        try
        {
            if (await _ledger.FindAsync(entry.LedgerId, cancellation).ConfigureAwait(false) is { } known
                && (step == RequestState.Delivered
                    ? await IsDeliveredByThisAsync(known, cancellation).ConfigureAwait(false)
                    : IsNews(step, entry, known)))
            {
                await _ledger.RecordAsync(step, entry, cancellation).ConfigureAwait(false);
            }
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<string> AcceptAsync(LedgerEntry entry, SyncResult result) =>
        throw new InvalidOperationException("What is followed up has been accepted before.");

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<int, string>?> FileNamesAsync(LedgerEntry entry, string directory)
    {
        try
        {
            return await KnowsAsync(entry).ConfigureAwait(false)
                ? await _ledger.FileNamesAsync(entry, directory).ConfigureAwait(false)
                : null;
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<int, string>?> NameFilesAsync(
        LedgerEntry entry, string directory, IReadOnlyDictionary<int, string> names, bool isReplacing, bool overwrites) =>
        _ledger.NameFilesAsync(entry, directory, names, isReplacing, overwrites);

    /// <inheritdoc/>
    public async ValueTask NoteSavedAsync(LedgerEntry entry, string sha256)
    {
        try
        {
            // Nothing is kept of a request that is not known here.
            if (await KnowsAsync(entry).ConfigureAwait(false))
            {
                await _ledger.NoteSavedAsync(entry, sha256).ConfigureAwait(false);
            }
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsOwnFileAsync(LedgerEntry entry, ImagenImage image, CancellationToken cancellation)
    {
        try
        {
            return await _ledger.IsOwnFileAsync(entry, image, cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
            return SavedFile.Exists(image.Path);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsOthersFileAsync(LedgerEntry entry, string path, CancellationToken cancellation)
    {
        try
        {
            return await _ledger.IsOthersFileAsync(entry, path, cancellation).ConfigureAwait(false);
        }
        catch (LedgerUnavailableException error)
        {
            SayUnusable(error);
            return false;
        }
    }

    private async ValueTask<bool> KnowsAsync(LedgerEntry entry) =>
        await _ledger.FindAsync(entry.LedgerId, CancellationToken.None).ConfigureAwait(false) is not null;

    // Where its images are already, saving them elsewhere too is not news.
    private async ValueTask<bool> IsDeliveredByThisAsync(LedgerRequest known, CancellationToken cancellation) =>
        (known.Directory is not null && known.Directory == options.Output?.RealPath)
        || !await _ledger.HasFilesAsync(known, directory: null, cancellation).ConfigureAwait(false);

    private bool IsNews(RequestState step, LedgerEntry entry, LedgerRequest known) => step switch
    {
        // Only what a host has had can be gone. Of a request in doubt, "not found" says no more than is known.
        RequestState.Expired when known.Accepted is null || IsFresh(known) => false,
        _ => StateTransitions.IsAllowed(known.Step, step) || SaysMore(step, entry, known),
    };

    // Somebody has read before that it has ended, but not all that is told of its end.
    private static bool SaysMore(RequestState step, LedgerEntry entry, LedgerRequest known) =>
        (entry.Seed is not null && known.Seed is null)
        || (entry.Delivery?.Cost is not null && known.Delivery?.Cost is null)
        || (step == known.Step && entry.Refusal is not null && known.Refusal is null)
        || (step == RequestState.Completed && known.Step == step && entry.Error is not null && entry.Error != known.Error);

    /// <summary>Whether a request has only just been accepted.</summary>
    public bool IsFresh(LedgerRequest known) =>
        known.Accepted is { } accepted && _ledger.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds(accepted) < Freshness;

    private void SayUnusable(LedgerUnavailableException error)
    {
        lock (_lock)
        {
            if (_isUnusable)
            {
                return;
            }

            _isUnusable = true;
        }

        options.Warn?.Invoke(Messages.LedgerNotUsed.With(error.Message));
    }
}
