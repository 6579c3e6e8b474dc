using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Ledger;

/// <summary>Finds the requests that records name, and tells whether a record still says what was sent.</summary>
/// <param name="ledger">The ledger.</param>
internal sealed class NamedRequests(RequestLedger ledger)
{
    /// <summary>The request that a row's record names, or null where the ledger knows none.</summary>
    /// <exception cref="InvalidInputException">Its two ids are those of two requests.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async ValueTask<LedgerRequest?> FindAsync(ImageRow row, HostConnection host, CancellationToken cancellation)
    {
        if (row is { LedgerId: null, RequestId: null })
        {
            return null;
        }

        var known = row.LedgerId is { } own ? await ledger.FindAsync(own, cancellation).ConfigureAwait(false) : null;
        if (known?.RequestId is { } its && row.RequestId is { } said && !its.Equals(said, StringComparison.OrdinalIgnoreCase))
        {
            // A column that was sorted by itself: which of the two is meant, and what was paid for, nobody can say.
            throw new InvalidInputException(Messages.RecordIdsDiffer.With(known.LedgerId, PlainText.Brief(its), PlainText.Brief(said)))
            {
                RequestId = its,
            };
        }

        if (row.RequestId is not { } id || known?.RequestId is not null)
        {
            return known;
        }

        var named = await OfHostAsync(host, id, cancellation).ConfigureAwait(false);
        return known is null || named is null || named.LedgerId == known.LedgerId
            ? known ?? named
            : throw new InvalidInputException(Messages.RecordIdsOfTwo.With(known.LedgerId, PlainText.Brief(id))) { RequestId = id };
    }

    /// <summary>Whether a row goes where a request went: to the same host and model. A key that the request did not have changes
    /// nothing.</summary>
    public static bool IsForSame(LedgerRequest known, ImageRow row, HostConnection host, string model) =>
        (known.BaseAddress == ProviderAddress.Normal(host.BaseUri)
            || host.Profile.Name.Equals(known.Provider, StringComparison.OrdinalIgnoreCase))
        && known.Model == model
        && (known.Key is null || row.Key is null || NormalForm.Text(known.Key) == NormalForm.Text(row.Key));

    /// <summary>An input without what only the host has said: the seed on its results is the one it used, whatever it was asked for.</summary>
    public static ImageInput WithoutReports(LedgerRequest known, ImageInput input) =>
        input.Seed is { } seed && seed == (known.Seed ?? known.Delivery?.Seed) && known.Input is { } asked
            ? input with { Seed = asked.Seed }
            : input;

    private Task<LedgerRequest?> OfHostAsync(HostConnection host, string requestId, CancellationToken cancellation) =>
        ledger.FindByRequestIdAsync(ProviderAddress.Normal(host.BaseUri), host.Profile.Name, requestId, cancellation);
}
