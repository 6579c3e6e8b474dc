using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using NamedRequest = Imagen4.Core.Ledger.NamedRequest;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>
/// Finds the request that a row goes on with, as far as the ledger knows when the batch begins. What happens meanwhile is found out when
/// the row has its turn. Rows are looked at one after the other.
/// </summary>
internal sealed class RowContinuation
{
    private readonly RequestLedger _ledger;
    private readonly BatchOptions _options;
    private readonly RowNotices _notices;
    private readonly RowIdentities _identities;
    private readonly PaidBefore _paid;

    public RowContinuation(RequestLedger ledger, BatchOptions options, RowNotices notices)
    {
        (_ledger, _options, _notices) = (ledger, options, notices);
        _identities = new RowIdentities(options.Output?.RealPath);
        _paid = new PaidBefore(_identities, notices);
    }

    /// <summary>A row by what it is.</summary>
    /// <param name="row">The row.</param>
    /// <param name="host">Where it goes.</param>
    /// <param name="model">The endpoint id it goes to.</param>
    /// <param name="input">What is sent.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">Its key is taken, or the ledger cannot be read.</exception>
    public async ValueTask<CheckedRow> OfRowAsync(
        ImageRow row, HostConnection host, string model, ImageInput input, CancellationToken cancellation)
    {
        var unnamed = new CheckedRow(row, host, model, input);

        // Without a key, a prompt given as an argument is a new request in every run.
        if (row.Key is null && !_options.Continues)
        {
            return unnamed;
        }

        var identity = _identities.Of(host.BaseUri, model, row.Key, RowIdentity.Hash(model, input), row.Index);
        var found = unnamed with { Identity = identity };
        if (_options.NoResume)
        {
            return found;
        }

        var known = await _ledger.FindRowAsync(identity, cancellation).ConfigureAwait(false);
        if (known is not null)
        {
            RowRules.RequireSameInput(identity.InputHash, known);
            if (!RowRules.IsSubmittedAgain(known, identity))
            {
                return found with { IsNew = false };
            }
        }

        var alike = await _ledger.FindAlikeAsync(identity, cancellation).ConfigureAwait(false);
        if (RowRules.OnlySubmitted(alike, identity) is { } submitted && (known is null || known.Started < submitted.Started))
        {
            return found with { Named = new NamedRequest(submitted.LedgerId, EndedBadly: false), IsNew = false };
        }

        _paid.Warn(identity, row.Key, host, alike);
        return found;
    }

    /// <summary>A row whose record comes from a known request: it goes on with that one, unless it has been edited since.</summary>
    /// <param name="row">The row.</param>
    /// <param name="host">Where it goes.</param>
    /// <param name="model">The endpoint id it goes to.</param>
    /// <param name="input">What is sent.</param>
    /// <param name="named">The request that its record names.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">Its key is taken, or the ledger cannot be read.</exception>
    public async ValueTask<CheckedRow> OfRecordAsync(
        ImageRow row, HostConnection host, string model, ImageInput input, LedgerRequest named, CancellationToken cancellation)
    {
        var asked = NamedRequests.WithoutReports(named, input);
        var hash = RowIdentity.Hash(model, asked);
        if (!NamedRequests.IsForSame(named, row, host, model) || !RowRules.IsSameInput(named, hash))
        {
            return _identities.IsRepeated(named, host.BaseUri, hash, row.Key)
                ? new CheckedRow(row, host, model, input) { IsRepeated = true }
                : await OfRowAsync(row, host, model, asked, cancellation).ConfigureAwait(false);
        }

        var current = named;
        if (RowRules.EndedBadly(named) && named.Row is { } known)
        {
            current = await _ledger.FindGenerationsAsync(known, cancellation).ConfigureAwait(false) is [.., var newest] ? newest : named;
        }

        if (!_options.NoResume)
        {
            RowRules.RequireSameInput(named.InputHash ?? hash, current);
        }

        // What is submitted again without a directory is not another row for that: its batch goes on with it.
        var keepsDirectory = !_options.NoResume && RowRules.EndedBadly(current);
        var found = _identities.OfRecord(host.BaseUri, named, hash, row.Index, row.Key, keepsDirectory);
        row = row with { Key = row.Key ?? named.Key };
        if (found is not { } identity)
        {
            return new CheckedRow(row, host, model, input) { IsRepeated = true };
        }

        if (_options.Output is null && identity.Directory is { } folder)
        {
            _notices.Warn("own directory", Messages.RowsNotSaved.With(folder));
        }

        return new CheckedRow(row, host, model, _options.NoResume ? input : asked)
        {
            Identity = identity,
            Named = new NamedRequest(named.LedgerId, RowRules.EndedBadly(named)),
            IsNew = _options.NoResume || await IsNewAsync(identity, current, row, host, cancellation).ConfigureAwait(false),
        };
    }

    private async ValueTask<bool> IsNewAsync(
        RowIdentity identity, LedgerRequest current, ImageRow row, HostConnection host, CancellationToken cancellation)
    {
        if (!RowRules.IsSubmittedAgain(current, identity))
        {
            return false;
        }

        if (current.Row == identity.Row)
        {
            return true;
        }

        if (await _ledger.FindRowAsync(identity, cancellation).ConfigureAwait(false) is { } known)
        {
            RowRules.RequireSameInput(identity.InputHash, known);
            if (!RowRules.IsSubmittedAgain(known, identity))
            {
                return false;
            }
        }

        _paid.Warn(identity, row.Key, host, await _ledger.FindAlikeAsync(identity, cancellation).ConfigureAwait(false));
        return true;
    }
}
