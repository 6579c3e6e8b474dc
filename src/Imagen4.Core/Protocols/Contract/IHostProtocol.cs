using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>What a host can be asked, in the words of its own protocol.</summary>
internal interface IHostProtocol
{
    /// <summary>The address a paid POST goes to.</summary>
    /// <exception cref="InvalidInputException">The endpoint id is malformed.</exception>
    Uri SubmitAddress(HostConnection host, string model, SubmitSettings settings);

    /// <summary>The headers of a paid POST, besides those every request has.</summary>
    IEnumerable<KeyValuePair<string, string>> SubmitHeaders(SubmitSettings settings);

    /// <summary>The body of a paid POST, as JSON.</summary>
    ReadOnlyMemory<byte> SubmitBody(string model, ImageInput input);

    /// <summary>How long the host may take to answer a paid POST.</summary>
    TimeSpan SubmitLimit { get; }

    /// <summary>Whether the answer to a paid POST is the result, so that a server error in the host's own words is a failure.</summary>
    bool AnswersWithResult { get; }

    /// <summary>Reads what an answer to a paid POST says besides its status.</summary>
    SubmitMarks ReadMarks(HostResponse response);

    /// <summary>Reads the answer to a paid POST.</summary>
    /// <returns>The accepted request, or null when the answer names none.</returns>
    Acceptance? ReadAcceptance(HostConnection host, string model, HostResponse response);

    /// <summary>The error a refused paid POST stands for.</summary>
    ImagenException ReadRejection(HostConnection host, string model, HostResponse response);

    /// <summary>How to ask for a request of which only the id is known.</summary>
    /// <exception cref="InvalidInputException">The endpoint id or the request id is malformed.</exception>
    RequestReference CreateReference(HostConnection host, string model, string requestId);

    /// <summary>Where a request is asked about.</summary>
    /// <exception cref="InvalidInputException">The endpoint id is malformed.</exception>
    RequestAddresses AddressesOf(Uri host, string model, string requestId);

    /// <summary>Asks for the state of a request.</summary>
    /// <exception cref="ImagenException">The answer says nothing of the request.</exception>
    Task<RequestReading> AskStatusAsync(RequestReference request, bool logs, CancellationToken cancellation);

    /// <summary>
    /// Follows the state of a request in a stream. A host without one, or one that breaks off, ends it before the request has ended.
    /// </summary>
    IAsyncEnumerable<HostStatus> FollowAsync(RequestReference request, bool logs, CancellationToken cancellation);

    /// <summary>Asks for the result of a request.</summary>
    /// <exception cref="ImagenException">The answer says nothing of the request.</exception>
    Task<RequestReading> AskResultAsync(RequestReference request, CancellationToken cancellation);

    /// <summary>Asks the host to cancel a request.</summary>
    /// <exception cref="AlreadyCompletedException">It had ended.</exception>
    Task CancelAsync(RequestReference request, CancellationToken cancellation);
}
