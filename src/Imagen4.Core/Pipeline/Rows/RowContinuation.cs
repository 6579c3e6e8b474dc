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
    private readonly EarlierRows _earlier;
    private readonly RowLookup _rows;

    public RowContinuation(RequestLedger ledger, BatchOptions options, RowNotices notices)
    {
        (_ledger, _options, _notices) = (ledger, options, notices);
        _identities = new RowIdentities(options.Output?.RealPath);
        _earlier = new EarlierRows(ledger, _identities);
        _rows = new RowLookup(ledger);
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

        return await AsKnownAsync(found, identity, cancellation).ConfigureAwait(false)
            ?? found with { PaidBefore = await _earlier.FindAsync(identity, row.Key, host, cancellation).ConfigureAwait(false) };
    }

    // Null where the ledger does not know the row.
    private async ValueTask<CheckedRow?> AsKnownAsync(CheckedRow row, RowIdentity identity, CancellationToken cancellation)
    {
        var found = await _rows.FindAsync(identity, cancellation).ConfigureAwait(false);
        if (found.Known is null)
        {
            return null;
        }

        RowRules.RequireSameInput(identity.InputHash, found.Known, row.Input);
        var isNew = RowRules.IsSubmittedAgain(found.Known, identity);
        return row with
        {
            Identity = found.Row,
            IsNew = isNew,
            PaidBefore = isNew
                ? await _earlier.FindAsync(found.Row, row.Row.Key, row.Host, cancellation).ConfigureAwait(false)
                : null,
        };
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
            if (named.IsWithoutPrompt)
            {
                throw new InvalidInputException(Messages.RecordWithoutTexts) { Row = row.Index };
            }

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
            RowRules.RequireSameInput(named.InputHash ?? hash, current, input);
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
            _notices.Warn($"directory {folder}", Messages.RowsNotSaved.With(folder));
        }

        var record = new CheckedRow(row, host, model, _options.NoResume ? input : asked)
        {
            Identity = identity,
            Named = new NamedRequest(named.LedgerId, RowRules.EndedBadly(named)),
        };
        if (_options.NoResume || (RowRules.IsSubmittedAgain(current, identity) && current.Row == identity.Row))
        {
            return record;
        }

        return !RowRules.IsSubmittedAgain(current, identity)
            ? record with { IsNew = false }
            : await AsKnownAsync(record, identity, cancellation).ConfigureAwait(false)
                ?? record with
                {
                    PaidBefore = OfOtherBatch(current, identity)
                        ?? await _earlier.FindAsync(identity, row.Key, host, cancellation).ConfigureAwait(false),
                };
    }

    // Its own batch looks for it where it was.
    private static PaidBefore? OfOtherBatch(LedgerRequest known, RowIdentity row) =>
        known.Directory is { } own && row.Directory is not null && own != row.Directory
            ? new PaidBefore(PaidBeforeReason.OtherBatch, own)
            : null;
}
