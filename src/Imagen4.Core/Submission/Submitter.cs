using Imagen4.Core.Hosts;
using Imagen4.Core.Http;
using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols;
using Imagen4.Core.Results;

namespace Imagen4.Core.Submission;

/// <summary>
/// Submits a row, once: a POST is repeated only when it is certain that the host has not taken the one before.
/// </summary>
/// <param name="ledger">Where every step is written before the next one is taken.</param>
/// <param name="gates">Where throttled submissions wait.</param>
/// <param name="stop">Whether submitting goes on.</param>
internal sealed class Submitter(ILedger ledger, ThrottleGates gates, SubmissionStop stop)
{
    private const int NotSentBudget = 5;
    private const int ThrottledBudget = 10;

    /// <summary>Submits.</summary>
    /// <returns>The accepted request; null when submitting ended before this row's turn.</returns>
    /// <exception cref="SubmissionInDoubtException">The POST was sent and its fate is unknown.</exception>
    /// <exception cref="ImagenException">The host refused it, cannot be reached, or keeps throttling.</exception>
    public async Task<Acceptance?> SubmitAsync(HostConnection host, LedgerEntry entry, CancellationToken cancellation)
    {
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
            if (stop.Reason is not null)
            {
                return null;
            }

            await ledger.RecordAsync(LedgerStep.Intent, entry, cancellation).ConfigureAwait(false);
            var (post, acceptance) = await PostAsync(host, protocol, address, entry, cancellation).ConfigureAwait(false);
            switch (SubmitVerdict.Of(post))
            {
                case SubmitOutcome.Failed:
                    await RecordAsync(LedgerStep.Failed, entry).ConfigureAwait(false);
                    throw protocol.ReadRejection(host, entry.Model, post.Response!);

                case SubmitOutcome.Accepted:
                    acceptance = await KeepAsync(host, acceptance!, entry).ConfigureAwait(false);
                    await RecordAsync(LedgerStep.Accepted, entry with { RequestId = acceptance.Request.RequestId }).ConfigureAwait(false);
                    return acceptance;

                case SubmitOutcome.NotSent:
                    await RecordAsync(LedgerStep.NotSent, entry).ConfigureAwait(false);
                    cancellation.ThrowIfCancellationRequested();
                    var unreachable = Unreachable(host, post.Error!);
                    if (++notSent >= NotSentBudget || SubmissionStop.IsForAll(unreachable))
                    {
                        throw Ending(unreachable);
                    }

                    await Task.Delay(Backoff(notSent), host.Time, cancellation).ConfigureAwait(false);
                    break;

                case SubmitOutcome.Throttled:
                    await RecordAsync(LedgerStep.Throttled, entry).ConfigureAwait(false);
                    if (++throttled >= ThrottledBudget)
                    {
                        throw protocol.ReadRejection(host, entry.Model, post.Response!);
                    }

                    gate.Close(RetryAfter.Read(post.Response!.Headers, host.Time) ?? Backoff(throttled));
                    break;

                case SubmitOutcome.Rejected:
                    await RecordAsync(LedgerStep.Rejected, entry).ConfigureAwait(false);
                    throw Ending(protocol.ReadRejection(host, entry.Model, post.Response!));

                default:
                    await RecordAsync(LedgerStep.InDoubt, entry).ConfigureAwait(false);
                    throw InDoubt(host, post);
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
            var response = await host.PostAsync(address, content, protocol.SubmitHeaders(entry.Settings), protocol.SubmitLimit, cancellation).ConfigureAwait(false);
            var acceptance = response.IsSuccess ? protocol.ReadAcceptance(host, entry.Model, response) : null;

            // Where the answer is the result, all of the work was between the question and it.
            acceptance = acceptance is { Answered: not null } ? acceptance with { Request = acceptance.Request with { Since = sent } } : acceptance;
            var post = new PaidPost(content.AskedFor, response, acceptance is not null, Error: null)
            {
                IsOwnFailure = protocol.AnswersWithResult && protocol.IsOwnError(response),
            };
            return (post, acceptance);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            return (new PaidPost(content.AskedFor, Response: null, NamesRequest: false, error), null);
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
            var kept = await KeptResults.SaveAsync(acceptance.Request, result).ConfigureAwait(false);
            return acceptance with { Request = acceptance.Request with { RequestId = kept } };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var requestId = acceptance.Request.RequestId;
            await RecordAsync(LedgerStep.InDoubt, entry with { RequestId = requestId }).ConfigureAwait(false);
            throw new SubmissionInDoubtException(Messages.ResultNotSaved.With(host.Profile.Name, error.Message), error) { RequestId = requestId };
        }
    }

    // What has happened is written down even when the batch is being stopped.
    private ValueTask RecordAsync(LedgerStep step, LedgerEntry entry) => ledger.RecordAsync(step, entry, CancellationToken.None);

    private ImagenException Ending(ImagenException error)
    {
        if (SubmissionStop.IsForAll(error))
        {
            stop.End(error);
        }

        return error;
    }

    private static HostUnavailableException Unreachable(HostConnection host, Exception error) =>
        new(Messages.SubmitNotSent.With(host.Profile.Name, host.BaseUri.Host, PlainText.Line(error.Message)), error);

    private static SubmissionInDoubtException InDoubt(HostConnection host, PaidPost post)
    {
        var reason = post.Response is { } response
            ? Messages.InDoubtAnswer.With((int)response.Status, response.ContentType ?? "?")
            : PlainText.Line(post.Error!.Message);
        return new SubmissionInDoubtException(Messages.SubmissionInDoubt.With(host.Profile.Name, reason), post.Error)
        {
            RequestId = post.Response?.Header("x-fal-request-id") is { } id && RequestIds.IsOne(id) ? id : null,
            StatusCode = (int?)post.Response?.Status,
        };
    }

    // Doubles from half a second; up to half as much again, so that workers do not come back in step.
    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(0.25 * Math.Pow(2, attempt), 30) * (1 + (Random.Shared.NextDouble() / 2)));
}
