using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols;
using Imagen4.Core.Submission;

namespace Imagen4.Core.Batch;

/// <summary>
/// The way of a row, front to back: intent, submit, accepted, wait, result, images, delivered. One instance serves a whole batch;
/// its rows run side by side.
/// </summary>
public sealed class RowRun
{
    private readonly BatchOptions _options;
    private readonly Submitter _submitter;
    private readonly ResultReceiver _receiver;

    /// <summary>Prepares a batch. Nothing is sent.</summary>
    /// <param name="options">What holds for every row.</param>
    public RowRun(BatchOptions options)
    {
        var ledger = new NoLedger();
        _options = options;
        _submitter = new Submitter(ledger, new ThrottleGates(), Stop);
        _receiver = new ResultReceiver(options, ledger);
    }

    /// <summary>Whether submitting goes on.</summary>
    public SubmissionStop Stop { get; } = new();

    /// <summary>Submits a row and leaves the rest to the host.</summary>
    public async Task<RowOutcome<ImagenRequest>> SubmitAsync(CheckedRow row, CancellationToken cancellation)
    {
        var request = new ImagenRequest { Provider = row.Host.Profile.Name, Model = row.Model, Key = row.Row.Key, Index = row.Row.Index };
        row.Input.CopyTo(request);
        row.Row.Settings.CopyTo(request);
        try
        {
            if (await _submitter.SubmitAsync(row.Host, Entry(row), cancellation).ConfigureAwait(false) is not { } acceptance)
            {
                return new RowOutcome<ImagenRequest>(null, null);
            }

            Describe(request, acceptance);
            return new RowOutcome<ImagenRequest>(request, null);
        }
        catch (ImagenException error)
        {
            error.Row = request.Index;
            if (StateAfter(error) is not { } state)
            {
                return new RowOutcome<ImagenRequest>(null, error);
            }

            (request.State, request.Error, request.ErrorType) = (state, error.Message, error.HostErrorType ?? error.Kind);
            request.RequestId = error.RequestId;
            return new RowOutcome<ImagenRequest>(request, error);
        }
    }

    /// <summary>Submits a row, waits for it and saves its images.</summary>
    public async Task<RowOutcome<ImagenResult>> RunAsync(CheckedRow row, CancellationToken cancellation)
    {
        var result = new ImagenResult { Provider = row.Host.Profile.Name, Model = row.Model, Key = row.Row.Key, Index = row.Row.Index };
        row.Input.CopyTo(result);
        row.Row.Settings.CopyTo(result);
        ImagenException? error;
        try
        {
            var entry = Entry(row);
            if (await _submitter.SubmitAsync(row.Host, entry, cancellation).ConfigureAwait(false) is not { } acceptance)
            {
                return new RowOutcome<ImagenResult>(null, null);
            }

            result.RequestId = acceptance.Request.RequestId;
            result.State = ImagenStates.InQueue;
            entry = entry with { RequestId = result.RequestId };
            error = await _receiver
                .ReceiveAsync(acceptance.Request, acceptance.Answered, result, entry, cancellation)
                .ConfigureAwait(false);
            WarnOfFewer(row, result);
        }
        catch (ImagenException refused)
        {
            if (StateAfter(refused) is not { } state)
            {
                refused.Row = result.Index;
                return new RowOutcome<ImagenResult>(null, refused);
            }

            result.State = state;
            result.RequestId = refused.RequestId;
            error = refused;
        }

        if (error is not null)
        {
            error.Row = result.Index;
            error.RequestId ??= result.RequestId;
            error.CanBeReceived = result.State is ImagenStates.InQueue or ImagenStates.InProgress or ImagenStates.Completed;
            (result.Error, result.ErrorType) = (error.Message, error.HostErrorType ?? error.Kind);
        }

        return new RowOutcome<ImagenResult>(result, error);
    }

    private static LedgerEntry Entry(CheckedRow row) => new(row.Host.Profile.Name, row.Model, row.Row.Key, row.Input)
    {
        Settings = row.Row.Settings,
    };

    private static void Describe(ImagenRequest request, Acceptance acceptance)
    {
        request.RequestId = acceptance.Request.RequestId;
        request.State = acceptance.Answered is null ? ImagenStates.InQueue : ImagenStates.Completed;
        request.QueuePosition = acceptance.QueuePosition;
        request.SubmittedAt = acceptance.Request.Host.Time.GetUtcNow().UtcDateTime;
        request.StatusUri = acceptance.Request.StatusUri?.AbsoluteUri;
        request.ResponseUri = acceptance.Request.ResponseUri?.AbsoluteUri;
        request.CancelUri = acceptance.Request.CancelUri?.AbsoluteUri;
    }

    // A row that never left this machine has no object: there is nothing to follow.
    private static string? StateAfter(ImagenException error) => error switch
    {
        SubmissionInDoubtException => ImagenStates.InDoubt,
        RequestFailedException => ImagenStates.Failed,
        HostUnavailableException => null,
        _ => ImagenStates.Rejected,
    };

    private void WarnOfFewer(CheckedRow row, ImagenResult result)
    {
        if (result.Images.Count > 0 && result.Images.Count < row.NumImages)
        {
            _options.Warn?.Invoke(Messages.FewerImages.With(row.Row.Index, row.NumImages, result.Images.Count));
        }
    }
}
