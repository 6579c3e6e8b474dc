using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>
/// A host whose answer to a submit is the result. What follows a submit elsewhere is answered here from the results kept on
/// this machine.
/// </summary>
/// <param name="kept">Where they are kept.</param>
internal abstract class SyncProtocol(IResultStore kept) : IHostProtocol
{
    /// <summary>Generating takes seconds, sometimes minutes, and all of it happens before the first byte of the answer.</summary>
    public TimeSpan SubmitLimit => TimeSpan.FromMinutes(10);

    public bool AnswersWithResult => true;

    public abstract Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings);

    public virtual IEnumerable<KeyValuePair<string, string>> SubmitHeaders(SubmitSettings settings) => [];

    public abstract ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input);

    public abstract SubmitMarks ReadMarks(HostResponse response);

    public abstract ImagenException ReadRejection(HostConnection host, string model, HostResponse response);

    public Acceptance? ReadAcceptance(HostConnection host, string model, HostResponse response)
    {
        // Nobody says a result again: where none of its images can be had, it is none, and the row is in doubt.
        if (ReadResult(response) is not { } result || (result.Images.Count > 0 && !result.Images.Any(image => image.Bytes.CanBeRead)))
        {
            return null;
        }

        // Some hosts name what they have done, for their own lists; where one does not, the module does.
        var id = ReadRequestId(response) is { } named && RequestIds.IsOne(named) ? named : Guid.NewGuid().ToString();
        return new Acceptance(CreateReference(host, model, id), QueuePosition: null) { Answered = result };
    }

    public RequestReference CreateReference(HostConnection host, string model, string requestId) => RequestIds.IsOne(requestId)
        ? new RequestReference { Host = host, Protocol = this, Model = model, RequestId = requestId, Since = host.Time.GetTimestamp() }
        : throw new InvalidInputException(Messages.RequestIdMalformed.With(PlainText.Brief(requestId)));

    public RequestAddresses AddressesOf(Uri host, string model, string requestId) => RequestAddresses.None;

    public Task<RequestReading> AskStatusAsync(RequestReference request, bool logs, CancellationToken cancellation) =>
        AskResultAsync(request, cancellation);

    public IAsyncEnumerable<HostStatus> FollowAsync(RequestReference request, bool logs, CancellationToken cancellation) =>
        AsyncEnumerable.Empty<HostStatus>();

    public async Task<RequestReading> AskResultAsync(RequestReference request, CancellationToken cancellation) =>
        new(new HostStatus { State = ImagenStates.Completed }) { Answered = await FindAsync(request, cancellation).ConfigureAwait(false) };

    public async Task CancelAsync(RequestReference request, CancellationToken cancellation)
    {
        _ = await FindAsync(request, cancellation).ConfigureAwait(false);
        throw new AlreadyCompletedException(Messages.AlreadyCompleted.With(request.RequestId)) { RequestId = request.RequestId };
    }

    /// <summary>The result in an answer, or null where it is none.</summary>
    protected abstract HostResult? ReadResult(HostResponse response);

    /// <summary>The host's own id in an answer, or null.</summary>
    protected abstract string? ReadRequestId(HostResponse response);

    private async Task<HostResult> FindAsync(RequestReference request, CancellationToken cancellation) =>
        await kept.FindAsync(request, cancellation).ConfigureAwait(false)
        ?? throw new RequestNotFoundException(Messages.ResultNotKept.With(request.RequestId, request.Host.Profile.Name))
        {
            RequestId = request.RequestId,
        };
}

/// <summary>The results of hosts that say them once.</summary>
internal interface IResultStore
{
    /// <summary>Finds a result, by its host's address and not by the provider's name, which the user may change.</summary>
    /// <returns>The result, or null where none is kept under this id.</returns>
    /// <exception cref="InvalidResponseException">What is kept cannot be read.</exception>
    /// <exception cref="LedgerUnavailableException">What is kept cannot be reached.</exception>
    Task<HostResult?> FindAsync(RequestReference request, CancellationToken cancellation);
}
