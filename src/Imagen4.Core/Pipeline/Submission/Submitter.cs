using System.Runtime.ExceptionServices;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Work;
using Imagen4.Core.Protocols;
using Imagen4.Core.Protocols.Contract;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Submission;

/// <summary>
/// Submits a row, once: a POST is repeated only when it is certain that the host has not taken the one before.
/// </summary>
/// <param name="ledger">Where every step is written before the next one is taken.</param>
/// <param name="gates">Where throttled submissions wait.</param>
/// <param name="breaker">Whether submitting goes on.</param>
/// <param name="protocols">What hosts speak.</param>
/// <param name="counts">Counts what could not be written.</param>
/// <param name="warn">Is told what the user should know meanwhile.</param>
internal sealed class Submitter(
    ILedger ledger, ThrottleGates gates, SubmissionBreaker breaker, HostProtocols protocols, BatchCounts counts, Action<string>? warn = null)
{
    private const int NotSentBudget = 5;
    private const int ThrottledBudget = 10;

    private readonly SubmissionSteps _steps = new(ledger, breaker, counts);
    private readonly IssuedIds _issued = new(ledger);

    // An outage of a gateway must not put a whole batch in doubt.
    private const int MostInDoubt = 10;

    private readonly DoubtCounts _doubts = new();
    private readonly AccountLocks _locks = new(warn);

    /// <summary>Whether nobody in this process goes on with a request once the host has it.</summary>
    public bool ReleasesAccepted { get; init; }

    /// <summary>How long a row waits while its host asks to be left alone; zero for no limit.</summary>
    public TimeSpan TimeLimit { get; init; }

    /// <summary>Submits.</summary>
    /// <returns>The accepted request; null when submitting ended before this row's turn.</returns>
    /// <exception cref="SubmissionInDoubtException">The POST was sent and its fate is unknown.</exception>
    /// <exception cref="ImagenException">The host refused it, cannot be reached, or keeps throttling.</exception>
    public Task<Acceptance?> SubmitAsync(HostConnection host, LedgerEntry entry, CancellationToken cancellation) =>
        SubmitAsync(host, entry, new StopTokens(cancellation, cancellation));

    /// <summary>Submits.</summary>
    /// <param name="host">Where it goes.</param>
    /// <param name="entry">What the ledger is told.</param>
    /// <param name="stop">How it is asked to end: a POST in progress is given up only when all is.</param>
    /// <param name="turn">Ends with the first POST; null where nobody waits for that.</param>
    public async Task<Acceptance?> SubmitAsync(HostConnection host, LedgerEntry entry, StopTokens stop, SubmissionTurn? turn = null)
    {
        var cancellation = stop.Stopping;
        var protocol = protocols.For(host);
        var exchange = new PaidExchange(host, protocol, entry.Model);
        var address = protocol.SubmitAddress(host, entry.Model, entry.Settings);
        var body = protocol.SubmitBody(entry.Model, InputNames.AtHost(host.Profile, entry.Input));
        var gate = gates.For(host);
        var waited = TimeSpan.Zero;
        for (int notSent = 0, throttled = 0, locked = 0; ;)
        {
            var asked = host.Time.GetTimestamp();
            await gate.PassAsync(cancellation).ConfigureAwait(false);
            waited += host.Time.GetElapsedTime(asked);
            using var lockTurn = await _locks.For(host).TakeTurnAsync(cancellation).ConfigureAwait(false);
            if (breaker.IsOpen(host.Profile.Name, entry.Model))
            {
                return null;
            }

            entry = entry with { Attempt = notSent + throttled + locked + 1 };
            using var content = new PaidContent(body);
            content.Stopping = cancellation;
            var headers = protocol.SubmitHeaders(Labelled(host, entry));
            await _steps.BeginAsync(entry, cancellation).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested || breaker.IsOpen(host.Profile.Name, entry.Model))
            {
                // Writing it down took a while: nothing is sent any more.
                await _steps.RecordAsync(RequestState.NotSent, entry).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                return null;
            }

            var sending = exchange.SendAsync(address, content, headers, stop.Abandoning);
            turn?.Dispose();
            var sent = await sending.ConfigureAwait(false);
            if (await OthersIdInAsync(host, protocol, entry, sent).ConfigureAwait(false) is { } others)
            {
                throw await DoubtAsync(host, entry, sent, others).ConfigureAwait(false);
            }

            switch (sent.Class)
            {
                case SubmitOutcome.Accepted:
                    lockTurn.Accepted();
                    return await AcceptAsync(host, sent.Acceptance!, entry).ConfigureAwait(false);

                case SubmitOutcome.NotSent:
                    var unreachable = Unreachable(host, sent.Post.Error!);
                    await _steps.RecordAsync(RequestState.NotSent, entry with { Error = unreachable.Message, ErrorType = unreachable.Kind })
                        .ConfigureAwait(false);
                    cancellation.ThrowIfCancellationRequested();
                    if (sent.Post.Error is not (HttpRequestException or IOException or TimeoutException or OperationCanceledException))
                    {
                        // A defect, which would be the same the next time.
                        ExceptionDispatchInfo.Throw(sent.Post.Error!);
                    }

                    if (++notSent >= NotSentBudget || SubmissionBreaker.IsForAll(unreachable))
                    {
                        throw Tripping(host, entry.Model, unreachable);
                    }

                    await Task.Delay(Backoff(notSent), host.Time, cancellation).ConfigureAwait(false);
                    break;

                case SubmitOutcome.Throttled:
                    await _steps.RecordAsync(RequestState.Throttled, Refused(entry, sent.Refusal!)).ConfigureAwait(false);
                    throttled++;
                    var pause = RetryAfter.Read(sent.Post.Response!.Headers, host.Time) is { Ticks: > 0 } told ? told : Backoff(throttled);
                    if (throttled >= ThrottledBudget || (TimeLimit > TimeSpan.Zero && waited + pause > TimeLimit))
                    {
                        throw sent.Refusal!;
                    }

                    gate.Close(pause);
                    break;

                case SubmitOutcome.Failed:
                    _doubts.End(host);
                    throw await _steps.EndAsync(RequestState.Failed, entry, sent.Refusal!).ConfigureAwait(false);

                case SubmitOutcome.Rejected when sent.Post.Marks.IsLock && lockTurn.Refused(sent.Refusal!.Message):
                    // Nothing was accepted, and the lock may pass: it waits as a throttled one does.
                    _doubts.End(host);
                    locked++;
                    await _steps.RecordAsync(RequestState.Throttled, Refused(entry, sent.Refusal!)).ConfigureAwait(false);
                    break;

                case SubmitOutcome.Rejected:
                    _doubts.End(host);
                    throw Tripping(host, entry.Model, await _steps.EndAsync(RequestState.Rejected, entry, sent.Refusal!).ConfigureAwait(false));

                default:
                    return await SettleAsync(host, protocol, entry, sent, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static LedgerEntry Refused(LedgerEntry entry, ImagenException refusal) =>
        entry with { Error = refusal.Message, ErrorType = refusal.HostErrorType ?? refusal.Kind };

    // Where the answer is the result, nobody will say it again: it is written together with the acceptance.
    private async Task<Acceptance> AcceptAsync(HostConnection host, Acceptance acceptance, LedgerEntry entry)
    {
        var accepted = entry with { RequestId = acceptance.Request.RequestId, IsLeft = ReleasesAccepted };
        if (acceptance.Answered is not { } result)
        {
            _doubts.End(host);
            await _steps.RecordAsync(RequestState.Accepted, accepted).ConfigureAwait(false);
            return acceptance;
        }

        try
        {
            using var decoded = new Spool();
            var told = ledger.KeepsPrompts ? result : WithoutPrompt.Of(result);
            var kept = await ledger.AcceptAsync(accepted, await LedgerResultStore.OfAsync(told, decoded).ConfigureAwait(false))
                .ConfigureAwait(false);
            acceptance = acceptance with { Request = acceptance.Request with { RequestId = kept } };
            accepted = accepted with { RequestId = kept };
        }
#pragma warning disable CA1031 // Whatever it is: the request has been paid for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (ReleasesAccepted)
            {
                var lost = new SubmissionInDoubtException(Messages.ResultNotSaved.With(host.Profile.Name, error.Message.TrimEnd('.')), error)
                {
                    RequestId = accepted.RequestId,
                };
                throw Counted(host, await _steps.EndAsync(RequestState.InDoubt, entry, lost).ConfigureAwait(false), error.Message);
            }

            // Who waits for it gets it from this answer; its images may go to another disk.
            counts.AddUnkept(accepted, error);
            await _steps.RecordAsync(RequestState.Accepted, accepted).ConfigureAwait(false);
        }

        _doubts.End(host);
        if (ReleasesAccepted)
        {
            // Nobody waits for it, and it has come to its end.
            await _steps.RecordAsync(RequestState.Completed, accepted).ConfigureAwait(false);
        }

        return acceptance;
    }

    // The id of another row that the answer names, or null. Where the answer is the result, its id names nothing that is asked for.
    private async Task<string?> OthersIdInAsync(HostConnection host, IHostProtocol protocol, LedgerEntry entry, PaidOutcome sent)
    {
        var named = protocol.AnswersWithResult ? null
            : sent.Acceptance?.Request.RequestId ?? (sent.Class == SubmitOutcome.InDoubt ? sent.Post.RequestId : null);
        try
        {
            return named is not null
                && await _issued.IsOthersAsync(host, entry, named, isAccepted: sent.Acceptance is not null).ConfigureAwait(false) ? named : null;
        }
        catch (LedgerUnavailableException)
        {
            // The next step, which is written, says so.
            return null;
        }
    }

    private async Task<ImagenException> DoubtAsync(HostConnection host, LedgerEntry entry, PaidOutcome sent, string others)
    {
        var post = sent.Post with { RequestId = null };
        var reason = post.Response is { } response
            ? Messages.InDoubtAnswerOthers.With(AnswerOf(response), others)
            : Messages.InDoubtBrokenOthers.With(FailureText.Of(post.Error!), others);
        var doubt = await _steps.EndAsync(RequestState.InDoubt, entry, InDoubt(host, post, reason, entry)).ConfigureAwait(false);
        if (sent.Refusal is { } refusal)
        {
            _ = Tripping(host, entry.Model, refusal);
        }

        return Counted(host, doubt, reason);
    }

    // It is in doubt, and the ledger says so before anything else is tried. Where the answer named a request, one look tells whether it is
    // there.
    private async Task<Acceptance> SettleAsync(
        HostConnection host, IHostProtocol protocol, LedgerEntry entry, PaidOutcome sent, CancellationToken cancellation)
    {
        var reason = ReasonOf(sent.Post);
        var doubt = await _steps.EndAsync(RequestState.InDoubt, entry, InDoubt(host, sent.Post, reason, entry)).ConfigureAwait(false);
        if (doubt.RequestId is { } id && !protocol.AnswersWithResult)
        {
            try
            {
                var request = protocol.CreateReference(host, entry.Model, id) with { IsFresh = true };
                var status = await Batch.TimeLimit
                    .RunAsync(TimeLimit, host, token => protocol.ReadStatusAsync(request, logs: false, token), cancellation)
                    .ConfigureAwait(false);
                await _steps.RecordAsync(RequestState.Accepted, entry with { RequestId = id, IsLeft = ReleasesAccepted })
                    .ConfigureAwait(false);
                return new Acceptance(request, status.QueuePosition);
            }
#pragma warning disable CA1031 // Whatever it is, a stop included: the row stays in doubt, and is told as such.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        if (sent.Refusal is { } refusal)
        {
            _ = Tripping(host, entry.Model, refusal);
        }

        throw Counted(host, doubt, reason);
    }

    private ImagenException Counted(HostConnection host, ImagenException doubt, string reason)
    {
        if (_doubts.Add(host) >= MostInDoubt)
        {
            breaker.Trip(
                host.Profile.Name,
                new HostUnavailableException(Messages.TooManyInDoubt.With(host.Profile.Name, MostInDoubt, reason.TrimEnd('.')), doubt)
                {
                    NextCommand = Messages.CommandSettleDoubts,
                });
        }

        return doubt;
    }

    private ImagenException Tripping(HostConnection host, string model, ImagenException error)
    {
        if (SubmissionBreaker.IsForModel(error))
        {
            breaker.TripModel(host.Profile.Name, model);
        }

        if (SubmissionBreaker.IsForAll(error))
        {
            breaker.Trip(host.Profile.Name, error);
        }

        return error;
    }

    private static HostUnavailableException Unreachable(HostConnection host, Exception error) =>
        new(Messages.SubmitNotSent.With(host.Profile.Name, host.BaseUri.Host, FailureText.Of(error)), error);

    private static SubmissionInDoubtException InDoubt(HostConnection host, PaidPost post, string reason, LedgerEntry entry) =>
        new(Messages.SubmissionInDoubt.With(host.Profile.Name, reason, entry.LedgerId), post.Error)
        {
            RequestId = post.RequestId,
            StatusCode = (int?)post.Response?.Status,
        };

    private static string ReasonOf(PaidPost post)
    {
        if (post.Response is not { } response)
        {
            return FailureText.Of(post.Error!);
        }

        return Said(post, response).With(AnswerOf(response), post.RequestId);
    }

    private static string AnswerOf(HostResponse response) =>
        response.ContentType is { } type ? $"{(int)response.Status} ({type})" : $"{(int)response.Status}";

    private static string Said(PaidPost post, HostResponse response) =>
        post.RequestId is not null ? Messages.InDoubtAnswerNames
            : response.IsMalformed ? Messages.InDoubtAnswerMalformed
            : post.Marks.SaysTaken ? Messages.InDoubtAnswerTaken
            : Messages.InDoubtAnswer;

    // For the account's own lists: what the host's history returns has no labels.
    private static SubmitSettings Labelled(HostConnection host, LedgerEntry entry) =>
        host.Profile.Settings.Contains(nameof(SubmitSettings.Tag))
        ? entry.Settings with { Tag = RequestTags.With(entry.Settings.Tag, RequestTags.LedgerKey, entry.LedgerId) }
        : entry.Settings;

    // Doubles from half a second; up to half as much again, so that workers do not come back in step.
    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(0.25 * Math.Pow(2, attempt), 30) * (1 + (Random.Shared.NextDouble() / 2)));
}
