using System.Collections.Concurrent;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Decides, for one row at a time, whether it is submitted, continued or only reported, and takes the claim that goes with it.
/// Several processes with the same rows each get their turn; only one of them submits.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="reconcile">
/// Asks whoever may know what has become of a request in doubt; returns what is known then, or null where it has changed meanwhile.
/// </param>
/// <param name="time">The clock.</param>
internal sealed class RowClaims(
    RequestLedger ledger, Func<LedgerRequest, CancellationToken, Task<LedgerRequest?>> reconcile, TimeProvider time)
{
    private const int MostLooks = 10;

    private readonly RowLookup _rows = new(ledger);

    /// <summary>What was there when the batch began; the same for all its hosts.</summary>
    public Lazy<Task<BatchStart>> Start { get; init; } = new(() => ledger.BeginAsync(CancellationToken.None));

    /// <summary>Whether rows that are known are submitted all the same.</summary>
    public bool NoResume { get; init; }

    /// <summary>Where images are to be, with links resolved; null for wherever they are.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether rows are only submitted, so that one the host has is done.</summary>
    public bool SubmitsOnly { get; init; }

    /// <summary>How long a row is waited for that somebody else works on; zero for no limit.</summary>
    public TimeSpan WaitLimit { get; init; }

    /// <summary>Receives what the user should know of such a wait.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>The holders of rows the user has been told of.</summary>
    public ConcurrentDictionary<long, bool> Told { get; init; } = new();

    /// <summary>Claims a row. It waits while another process, or another batch of this one, works on the row.</summary>
    /// <param name="entry">The row's submission, should there be one.</param>
    /// <param name="named">The known request that its record names, or null.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="InvalidInputException">The row's key is known with other input.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read or written.</exception>
    /// <exception cref="SubmissionInDoubtException">What the ledger has of the row is damaged.</exception>
    /// <exception cref="WaitTimeoutException">Somebody else holds the row, for longer than the limit, and has sent nothing yet.</exception>
    public async Task<ClaimOutcome> ClaimAsync(LedgerEntry entry, NamedRequest? named, CancellationToken cancellation)
    {
        var row = entry.Row!;
        var wait = new RowWait(ledger, time) { Limit = WaitLimit, Warn = Warn, Told = Told };
        var start = await Start.Value.WaitAsync(cancellation).ConfigureAwait(false);
        if (named is not null && !NoResume
            && await ClaimNamedAsync(row, named, wait, start, cancellation).ConfigureAwait(false) is { } outcome)
        {
            return outcome;
        }

        var open = new HashSet<string>(StringComparer.Ordinal);
        var original = row;
        for (var look = 1; ; look++)
        {
            // It may have become another one meanwhile: one that was only submitted.
            var found = NoResume
                ? new KnownRow(row, await ledger.FindRowAsync(row, cancellation).ConfigureAwait(false), Newest: null)
                : await _rows.FindAsync(original, cancellation).ConfigureAwait(false);
            (row, var known) = (found.Row, found.Known);
            if (known is not null && !NoResume)
            {
                if (!RowRules.EndedBadly(known))
                {
                    _ = open.Add(known.LedgerId);
                }

                if (await ledger.IsWorkedOnAsync(known, cancellation).ConfigureAwait(false))
                {
                    _ = open.Add(known.LedgerId);
                    RowRules.RequireSameInput(row.InputHash, known);
                    if (await wait.PauseAsync(known, cancellation).ConfigureAwait(false) is { } held)
                    {
                        return known.Step == RequestState.Claimed ? throw held : new ClaimOutcome.Report(known) { Error = held };
                    }

                    continue;
                }

                if (await SettledAsync(known, cancellation).ConfigureAwait(false) is not { } settled)
                {
                    continue;
                }

                known = settled;
                RowRules.RequireSameInput(row.InputHash, known);
                var isNew = open.Contains(known.LedgerId) || await IsNewEndAsync(known, named, start, cancellation).ConfigureAwait(false);
                var hasFiles = await ledger.HasFilesAsync(known, Directory, cancellation).ConfigureAwait(false);
                if (RowRules.IsDone(known, row, SubmitsOnly, hasFiles, isNew))
                {
                    return new ClaimOutcome.Report(known);
                }

                if (!RowRules.IsSubmittedAgain(known, row))
                {
                    if (await ledger.AdoptAsync(known, cancellation).ConfigureAwait(false) is { } adopted)
                    {
                        return new ClaimOutcome.Continue(adopted, IsClaimed: true);
                    }

                    continue;
                }
            }

            ledger.RequireSame(start);

            // What is damaged may seem to be newer for ever.
            var unless = NoResume || look > MostLooks ? null : new NewerThan(found.Newest);
            if (await ledger.ClaimAsync(entry with { Row = row }, known, isSeen: !NoResume, cancellation, unless).ConfigureAwait(false))
            {
                return new ClaimOutcome.Submit(row);
            }

            if (known is { IsDamaged: true })
            {
                // Nothing of it is certain, not even which generation comes next.
                throw LedgerErrors.Damaged(ledger.Location, known.LedgerId);
            }
        }
    }

    // A request that is not the newest of this row: of an earlier generation, for another directory, or only submitted. It is
    // followed without a claim, as whoever receives a request by its id does. What is to be submitted is the row's own turn.
    private async Task<ClaimOutcome?> ClaimNamedAsync(
        RowIdentity row, NamedRequest named, RowWait wait, BatchStart start, CancellationToken cancellation)
    {
        while (true)
        {
            if (await CurrentAsync(named, cancellation).ConfigureAwait(false) is not { } known
                || (await ledger.FindRowAsync(row, cancellation).ConfigureAwait(false))?.LedgerId == known.LedgerId)
            {
                return null;
            }

            RowRules.RequireSameInput(row.InputHash, known);
            var isOnItsWay = known.Step is RequestState.Claimed or RequestState.Intent or RequestState.NotSent or RequestState.Throttled;
            if (isOnItsWay && await ledger.IsWorkedOnAsync(known, cancellation).ConfigureAwait(false))
            {
                if (await wait.PauseAsync(known, cancellation).ConfigureAwait(false) is { } held)
                {
                    return new ClaimOutcome.Report(known) { Error = held };
                }

                continue;
            }

            if (await SettledAsync(known, cancellation).ConfigureAwait(false) is not { } settled)
            {
                continue;
            }

            var isNew = await IsNewEndAsync(settled, named, start, cancellation).ConfigureAwait(false);
            var hasFiles = await ledger.HasFilesAsync(settled, Directory, cancellation).ConfigureAwait(false);
            return RowRules.IsDone(settled, row, SubmitsOnly, hasFiles, isNew) ? new ClaimOutcome.Report(settled)
                : RowRules.EndedBadly(settled) ? null
                : new ClaimOutcome.Continue(settled, IsClaimed: false);
        }
    }

    // Where the one that is named has ended without success, its row may have gone on with another one since.
    private async Task<LedgerRequest?> CurrentAsync(NamedRequest named, CancellationToken cancellation)
    {
        var known = await ledger.FindAsync(named.LedgerId, cancellation).ConfigureAwait(false);
        if (known is not { Row: { } row } || !RowRules.EndedBadly(known))
        {
            return known;
        }

        var all = await ledger.FindGenerationsAsync(row, cancellation).ConfigureAwait(false);
        return all.Count > 0 ? all[^1] : known;
    }

    private async Task<bool> IsNewEndAsync(LedgerRequest known, NamedRequest? named, BatchStart start, CancellationToken cancellation) =>
        !(named is { EndedBadly: true } && named.LedgerId == known.LedgerId)
        && await ledger.IsSinceAsync(start, known, cancellation).ConfigureAwait(false);

    // What its process wrote between the look and its end is seen by the next look: nothing is written over it.
    private async Task<LedgerRequest?> SettledAsync(LedgerRequest known, CancellationToken cancellation)
    {
        var lost = known;
        if (RowRules.IsLost(known) && await ledger.SettleAsync(RequestState.InDoubt, known, stop: CancellationToken.None).ConfigureAwait(false) is { } told)
        {
            known = told;
        }
        else if (RowRules.IsLost(lost))
        {
            return null;
        }

        return known is { Step: RequestState.InDoubt, IsDamaged: false }
            ? await reconcile(known, cancellation).ConfigureAwait(false)
            : known;
    }
}
