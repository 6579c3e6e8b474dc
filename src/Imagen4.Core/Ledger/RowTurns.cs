using System.Collections.Concurrent;

namespace Imagen4.Core.Ledger;

/// <summary>
/// Decides, for one row at a time, whether it is submitted, continued or only reported, and takes the claim that goes with it.
/// Several processes with the same rows each get their turn; only one of them submits.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="settle">Asks whoever may know what has become of a request in doubt; returns what is known then.</param>
/// <param name="time">The clock.</param>
internal sealed class RowTurns(
    RequestLedger ledger, Func<LedgerRequest, CancellationToken, Task<LedgerRequest>> settle, TimeProvider time)
{
    // A claim whose owner does not stand in it after this many looks was left by a process that ended between the two.
    private const int MostLooks = 15;

    /// <summary>
    /// What had come to no good end when the batch began; the same for all its hosts. Not told by the time of day, which somebody may
    /// set between two runs.
    /// </summary>
    public Lazy<IReadOnlySet<string>> Before { get; init; } = new(ledger.View.Refused);

    /// <summary>Whether rows that are known are submitted all the same.</summary>
    public bool StartsAfresh { get; init; }

    /// <summary>Whether rows are only submitted, so that one the host has is done.</summary>
    public bool SubmitsOnly { get; init; }

    /// <summary>How long a row is waited for that somebody else works on; zero for no limit.</summary>
    public TimeSpan WaitLimit { get; init; }

    /// <summary>Receives what the user should know of such a wait.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>The holders of rows the user has been told of.</summary>
    public ConcurrentDictionary<string, bool> Told { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Takes a row's turn. It waits while another process, or another batch of this one, works on the row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="named">The known request that its record names, or null.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="InvalidInputException">The row's key is known with other input.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read or written.</exception>
    /// <exception cref="WaitTimeoutException">Somebody else holds the row, for longer than the limit, and has sent nothing yet.</exception>
    public async Task<Turn> TakeAsync(RowIdentity row, NamedRequest? named, CancellationToken cancellation)
    {
        var wait = new RowWait(ledger, row, time) { Limit = WaitLimit, Warn = Warn, Told = Told };
        if (named is not null && !StartsAfresh && await TakeNamedAsync(row, named, wait, cancellation).ConfigureAwait(false) is { } turn)
        {
            return turn;
        }

        for (var looks = 0; ;)
        {
            var known = Look(row);
            _ = Before.Value;
            if (known is not null && !StartsAfresh)
            {
                if (IsWorkedOn(known))
                {
                    RowRules.Demand(row.InputHash, known);
                    if (await wait.PauseAsync(known, cancellation).ConfigureAwait(false) is { } held)
                    {
                        return new Turn.Report(known) { Error = held };
                    }

                    continue;
                }

                // What its process wrote between the look and its end.
                if (!known.IsLeft && !known.HasEnded && (Look(row) is not { } again || again.Claim != known.Claim || IsWorkedOn(known = again)))
                {
                    continue;
                }

                known = await SettledAsync(known, cancellation).ConfigureAwait(false);
                RowRules.Demand(row.InputHash, known);
                if (RowRules.IsDone(known, row, SubmitsOnly, IsNewEnd(known, named)))
                {
                    return new Turn.Report(known);
                }
            }

            switch (TryClaim(row, known, ref looks))
            {
                case { } number when known is null || StartsAfresh || RowRules.IsSubmittedAgain(known, row):
                    return new Turn.Submit(number);
                case { } number:
                    return new Turn.Continue(known, number);
                default:
                    if (await wait.PauseAsync(known, cancellation).ConfigureAwait(false) is { } late)
                    {
                        throw late;
                    }

                    break;
            }
        }
    }

    // A request that is not the newest of this row: of an earlier generation, for another directory, or only submitted. It is
    // followed without a claim, as whoever receives a request by its id does. What is to be submitted is the row's own turn.
    private async Task<Turn?> TakeNamedAsync(RowIdentity row, NamedRequest named, RowWait wait, CancellationToken cancellation)
    {
        while (true)
        {
            ledger.View.Refresh();
            _ = Before.Value;
            if (Current(named) is not { } known || ledger.View.OfRow(row.Row)?.LedgerId == known.LedgerId)
            {
                return null;
            }

            RowRules.Demand(row.InputHash, known);
            var isOnItsWay = known.Step < LedgerStep.InDoubt;
            if (isOnItsWay && IsWorkedOn(known))
            {
                if (await wait.PauseAsync(known, cancellation).ConfigureAwait(false) is { } held)
                {
                    return new Turn.Report(known) { Error = held };
                }

                continue;
            }

            // What its process wrote between the look and its end.
            ledger.View.Refresh();
            if (isOnItsWay && ledger.View.OfLedgerId(known.LedgerId) is { } again && (again.Step, again.Claim) != (known.Step, known.Claim))
            {
                continue;
            }

            known = await SettledAsync(known, cancellation).ConfigureAwait(false);
            return RowRules.IsDone(known, row, SubmitsOnly, IsNewEnd(known, named)) ? new Turn.Report(known)
                : RowRules.EndedBadly(known) ? null
                : new Turn.Continue(known, Claim: null);
        }
    }

    // Where the one that is named has come to no good end, its row may have gone on with another one since.
    private LedgerRequest? Current(NamedRequest named) => ledger.View.OfLedgerId(named.LedgerId) is { } known
        ? RowRules.EndedBadly(known) && known.Row is { } row ? ledger.View.OfRow(row) ?? known : known
        : null;

    private bool IsNewEnd(LedgerRequest known, NamedRequest? named) =>
        !(named is { EndedBadly: true } && named.LedgerId == known.LedgerId) && !Before.Value.Contains(known.LedgerId);

    private LedgerRequest? Look(RowIdentity row)
    {
        ledger.View.Refresh();
        return ledger.View.OfRow(row.Row);
    }

    // The next claim nobody has; null where somebody has it, or has gone further meanwhile.
    private int? TryClaim(RowIdentity row, LedgerRequest? known, ref int looks)
    {
        var nameless = new List<int>();
        for (var number = (known?.Claim ?? -1) + 1; ; number++)
        {
            if (ledger.Claims.TryTake(row.Row, number))
            {
                if (!IsNews(row, number, known) && !nameless.Exists(before => IsNamed(row, before)))
                {
                    return number;
                }

                ledger.Claims.Abandon(row.Row, number);
                return null;
            }

            var holder = ledger.Claims.OwnerOf(row.Row, number);
            if (holder is null || (holder.Length == 0 && ++looks < MostLooks))
            {
                return null;
            }

            var isGone = holder.Length == 0 || !ledger.Claims.IsWorking(holder, row.Row, number);
            if ((!isGone && !StartsAfresh) || IsNews(row, number, known))
            {
                return null;
            }

            // Whatever it had done would stand in its segment, unless that is damaged.
            if (isGone && !StartsAfresh && ledger.View.IsDamaged(holder))
            {
                throw new SubmissionInDoubtException(Messages.ClaimDamaged.With(ledger.Folder.Segments, holder));
            }

            if (holder.Length == 0)
            {
                nameless.Add(number);
            }
        }
    }

    // A process taken for dead before it had written its name has gone on after all. One of the two, or both, give way.
    private bool IsNamed(RowIdentity row, int number) =>
        ledger.Claims.OwnerOf(row.Row, number) is { Length: > 0 } holder && ledger.Claims.IsWorking(holder, row.Row, number);

    // Between the look and the claim, somebody may have gone on with the row, and even have finished it, or the user has forgotten it.
    private bool IsNews(RowIdentity row, int number, LedgerRequest? known) => Look(row) is { } now
        ? now.Claim >= number || (known is not null && now.Claim < known.Claim)
        : known is not null;

    private async Task<LedgerRequest> SettledAsync(LedgerRequest known, CancellationToken cancellation)
    {
        // A damaged line may have been the one that says that it was sent after all.
        if (RowRules.IsLost(known) || (RowRules.WasNeverSent(known) && ledger.View.IsDamaged(known.Owner)))
        {
            await ledger.RecordAsync(LedgerStep.InDoubt, known).ConfigureAwait(false);
            known = known with { Step = LedgerStep.InDoubt, IsLeft = true };
        }

        return known.Step == LedgerStep.InDoubt ? await settle(known, cancellation).ConfigureAwait(false) : known;
    }

    private bool IsWorkedOn(LedgerRequest known) => !known.IsLeft && !known.HasEnded
        && ledger.Claims.IsWorking(known.Owner, known.Row ?? "", known.Claim);
}
