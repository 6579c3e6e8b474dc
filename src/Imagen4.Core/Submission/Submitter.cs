using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols;
using Imagen4.Core.Pump;
using Imagen4.Core.Results;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Submission;

/// <summary>
/// Submits a row, once: a POST is repeated only when it is certain that the host has not taken the one before.
/// </summary>
/// <param name="ledger">Where every step is written before the next one is taken.</param>
/// <param name="gates">Where throttled submissions wait.</param>
/// <param name="ending">Whether submitting goes on.</param>
internal sealed class Submitter(ILedger ledger, ThrottleGates gates, SubmissionStop ending)
{
    private const int NotSentBudget = 5;
    private const int ThrottledBudget = 10;

    private readonly SubmissionSteps _steps = new(ledger, ending);

    // An outage of a gateway must not put a whole batch in doubt.
    private const int MostInDoubt = 10;

    private readonly DoubtCounts _doubts = new();

    /// <summary>Whether nobody in this process goes on with a request once the host has it.</summary>
    public bool LeavesAccepted { get; init; }

    /// <summary>Receives what the user should know besides errors, on any thread.</summary>
    public Action<string>? Warn
    {
        get => _steps.Warn;
        init => _steps.Warn = value;
    }

    /// <summary>Submits.</summary>
    /// <returns>The accepted request; null when submitting ended before this row's turn.</returns>
    /// <exception cref="SubmissionInDoubtException">The POST was sent and its fate is unknown.</exception>
    /// <exception cref="ImagenException">The host refused it, cannot be reached, or keeps throttling.</exception>
    public Task<Acceptance?> SubmitAsync(HostConnection host, LedgerEntry entry, CancellationToken cancellation) =>
        SubmitAsync(host, entry, new WorkStop(cancellation, cancellation));

    /// <summary>Submits.</summary>
    /// <param name="host">Where it goes.</param>
    /// <param name="entry">What the ledger is told.</param>
    /// <param name="stop">How it is asked to end: a POST under way is given up only when all is.</param>
    public async Task<Acceptance?> SubmitAsync(HostConnection host, LedgerEntry entry, WorkStop stop)
    {
        var cancellation = stop.Stopping;
        var protocol = HostProtocols.For(host.Profile.Protocol);
        var address = protocol.SubmitAddress(host, entry.Model, entry.Settings);
        if (protocol.AnswersWithResult)
        {
            KeptResults.Prepare(host);
        }

        var gate = gates.For(host);
        for (int notSent = 0, throttled = 0; ;)
        {
            await gate.PassAsync(cancellation).ConfigureAwait(false);
            if (ending.Reason is not null)
            {
                return null;
            }

            entry = entry with { Attempt = notSent + throttled + 1 };
            await _steps.BeginAsync(entry, cancellation).ConfigureAwait(false);
            var (post, acceptance) = await PostAsync(host, protocol, address, entry, stop.Abandoning).ConfigureAwait(false);
            var outcome = SubmitVerdict.Of(post);
            if (outcome is SubmitOutcome.Accepted or SubmitOutcome.Rejected or SubmitOutcome.Failed)
            {
                _doubts.End(host);
            }

            switch (outcome)
            {
                case SubmitOutcome.Accepted:
                    acceptance = await KeepAsync(host, acceptance!, entry).ConfigureAwait(false);
                    var accepted = entry with { RequestId = acceptance.Request.RequestId, IsLeft = LeavesAccepted };
                    await _steps.RecordAsync(LedgerStep.Accepted, accepted).ConfigureAwait(false);
                    if (LeavesAccepted && acceptance.Answered is not null)
                    {
                        // Nobody waits for it, and it has come to its end.
                        await _steps.RecordAsync(LedgerStep.Completed, accepted).ConfigureAwait(false);
                    }

                    return acceptance;

                case SubmitOutcome.NotSent:
                    await _steps.RecordAsync(LedgerStep.NotSent, entry).ConfigureAwait(false);
                    cancellation.ThrowIfCancellationRequested();
                    var unreachable = Unreachable(host, post.Error!);
                    if (++notSent >= NotSentBudget || SubmissionStop.IsForAll(unreachable))
                    {
                        throw Ending(unreachable);
                    }

                    await Task.Delay(Backoff(notSent), host.Time, cancellation).ConfigureAwait(false);
                    break;

                case SubmitOutcome.Throttled:
                    await _steps.RecordAsync(LedgerStep.Throttled, entry).ConfigureAwait(false);
                    if (++throttled >= ThrottledBudget)
                    {
                        throw protocol.ReadRejection(host, entry.Model, post.Response!);
                    }

                    gate.Close(RetryAfter.Read(post.Response!.Headers, host.Time) ?? Backoff(throttled));
                    break;

                case SubmitOutcome.Failed:
                    throw await _steps.EndAsync(LedgerStep.Failed, entry, protocol.ReadRejection(host, entry.Model, post.Response!)).ConfigureAwait(false);

                case SubmitOutcome.Rejected:
                    throw Ending(await _steps.EndAsync(LedgerStep.Rejected, entry, protocol.ReadRejection(host, entry.Model, post.Response!)).ConfigureAwait(false));

                default:
                    var doubt = await _steps.EndAsync(LedgerStep.InDoubt, entry, InDoubt(host, post, entry)).ConfigureAwait(false);
                    if (await ReadAcceptedAsync(host, protocol, entry, doubt, cancellation).ConfigureAwait(false) is { } settled)
                    {
                        return settled;
                    }

                    if (_doubts.Add(host) >= MostInDoubt)
                    {
                        ending.End(new HostUnavailableException(Messages.TooManyInDoubt.With(host.Profile.Name, MostInDoubt), doubt));
                    }

                    throw doubt;
            }
        }
    }

    private static async Task<(PaidPost Post, Acceptance? Acceptance)> PostAsync(
        HostConnection host, IHostProtocol protocol, Uri address, LedgerEntry entry, CancellationToken cancellation)
    {
        using var content = protocol.SubmitContent(entry.Model, entry.Input);
        var sent = host.Time.GetTimestamp();
        try
        {
            var response = await host.PostAsync(address, content, protocol.SubmitHeaders(Labelled(host, entry)), protocol.SubmitLimit, cancellation).ConfigureAwait(false);
            var acceptance = response.IsSuccess ? protocol.ReadAcceptance(host, entry.Model, response) : null;

            // Where the answer is the result, all of the work was between the question and it.
            acceptance = acceptance is { Answered: not null } ? acceptance with { Request = acceptance.Request with { Since = sent } } : acceptance;
            var post = new PaidPost(content.AskedFor, response, acceptance is not null, Error: null)
            {
                NamedRequest = content.NamedRequest,
                IsOwnFailure = protocol.AnswersWithResult && protocol.IsOwnError(response),
            };
            return (post, acceptance);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            return (new PaidPost(content.AskedFor, Response: null, NamesRequest: false, error) { NamedRequest = content.NamedRequest }, null);
        }
    }

    // Where the answer is the result, nobody will say it again: it is on disk before the request counts as accepted.
    private async Task<Acceptance> KeepAsync(HostConnection host, Acceptance acceptance, LedgerEntry entry)
    {
        if (acceptance.Answered is not { } result)
        {
            return acceptance;
        }

        try
        {
            var kept = await KeptResults.SaveAsync(acceptance.Request, entry.LedgerId, result).ConfigureAwait(false);
            return acceptance with { Request = acceptance.Request with { RequestId = kept } };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var requestId = acceptance.Request.RequestId;
            if (!LeavesAccepted)
            {
                // Who waits for it gets it from this answer; its images may go to another disk.
                Warn?.Invoke(Messages.ResultOnlyHere.With(entry.Index, requestId, error.Message));
                return acceptance;
            }

            await _steps.RecordAsync(LedgerStep.InDoubt, entry with { RequestId = requestId }).ConfigureAwait(false);
            throw new SubmissionInDoubtException(Messages.ResultNotSaved.With(host.Profile.Name, error.Message), error) { RequestId = requestId };
        }
    }

    // The answer did not say so, but one of its headers names a request: one look tells whether it is there.
    private async Task<Acceptance?> ReadAcceptedAsync(
        HostConnection host, IHostProtocol protocol, LedgerEntry entry, ImagenException doubt, CancellationToken cancellation)
    {
        if (doubt.RequestId is not { } id || protocol.AnswersWithResult)
        {
            return null;
        }

        try
        {
            var request = protocol.Refer(host, entry.Model, id);
            var status = await protocol.ReadStatusAsync(request, logs: false, cancellation).ConfigureAwait(false);
            await _steps.RecordAsync(LedgerStep.Accepted, entry with { RequestId = id, IsLeft = LeavesAccepted }).ConfigureAwait(false);
            return new Acceptance(request, status.QueuePosition);
        }
        catch (ImagenException)
        {
            return null;
        }
    }

    private ImagenException Ending(ImagenException error)
    {
        if (SubmissionStop.IsForAll(error))
        {
            ending.End(error);
        }

        return error;
    }

    private static HostUnavailableException Unreachable(HostConnection host, Exception error) =>
        new(Messages.SubmitNotSent.With(host.Profile.Name, host.BaseUri.Host, FailureText.Of(error)), error);

    private static SubmissionInDoubtException InDoubt(HostConnection host, PaidPost post, LedgerEntry entry)
    {
        var reason = post.Response is { } response
            ? Messages.InDoubtAnswer.With((int)response.Status, response.ContentType ?? "?")
            : FailureText.Of(post.Error!);
        return new SubmissionInDoubtException(Messages.SubmissionInDoubt.With(host.Profile.Name, reason, entry.LedgerId), post.Error)
        {
            RequestId = post.NamedRequest,
            StatusCode = (int?)post.Response?.Status,
        };
    }

    // The host's history shows the label: a request in doubt is found by it.
    private static SubmitSettings Labelled(HostConnection host, LedgerEntry entry) => host.Profile.Settings.Contains(nameof(SubmitSettings.Tag))
        ? entry.Settings with { Tag = RequestTags.With(entry.Settings.Tag, RequestTags.LedgerKey, entry.LedgerId) }
        : entry.Settings;

    // Doubles from half a second; up to half as much again, so that workers do not come back in step.
    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(0.25 * Math.Pow(2, attempt), 30) * (1 + (Random.Shared.NextDouble() / 2)));
}
