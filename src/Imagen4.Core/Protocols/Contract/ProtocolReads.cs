using System.Globalization;
using System.Net;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>Reads for callers that ask only once: an end that nothing marks as the host's own does not count.</summary>
internal static class ProtocolReads
{
    /// <summary>Reads the state of a request.</summary>
    /// <exception cref="ImagenException">The host cannot be asked, or does not know the request.</exception>
    public static async Task<HostStatus> ReadStatusAsync(
        this IHostProtocol protocol, RequestReference request, bool logs, CancellationToken cancellation) =>
        Marked(await protocol.AskStatusAsync(request, logs, cancellation).ConfigureAwait(false)).WithoutResult();

    /// <summary>Reads the result of a request that has ended, or null while it goes on.</summary>
    /// <exception cref="ImagenException">The request failed (the type says how), or the host cannot be asked.</exception>
    public static async Task<HostResult?> ReadResultAsync(
        this IHostProtocol protocol, RequestReference request, CancellationToken cancellation)
    {
        var read = Marked(await protocol.AskResultAsync(request, cancellation).ConfigureAwait(false));
        return read.Error is { } error ? throw error : read.Answered;
    }

    /// <summary>
    /// Reads what a request that was cancelled has come to. A status may say no more than that it has ended; the result, which is read
    /// once then, has the last word.
    /// </summary>
    /// <exception cref="ImagenException">The host cannot be asked, or does not know the request.</exception>
    public static async Task<HostStatus> ReadEndAsync(this IHostProtocol protocol, RequestReference request, CancellationToken cancellation)
    {
        var read = Marked(await protocol.AskStatusAsync(request, logs: false, cancellation).ConfigureAwait(false));
        return !read.Status.HasEnded || read is { Answered: not null } or { Error: not null }
            ? read.WithoutResult()
            : await protocol.ReadLastWordAsync(request, read.Status, cancellation).ConfigureAwait(false);
    }

    /// <summary>Reads, once, what the result says of a request that has ended by its status. It may say that the request goes on.</summary>
    /// <param name="protocol">The host's protocol.</param>
    /// <param name="request">The request.</param>
    /// <param name="status">
    /// What its status says. It stands where the result says nothing, unless it is a failure without a type: those words alone end nothing.
    /// </param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">The status is such a failure, and the result cannot be read.</exception>
    public static async Task<HostStatus> ReadLastWordAsync(
        this IHostProtocol protocol, RequestReference request, HostStatus status, CancellationToken cancellation)
    {
        try
        {
            return Marked(await protocol.AskResultAsync(request, cancellation).ConfigureAwait(false)).WithoutResult();
        }
        catch (ImagenException) when (status.IsSaidByHost)
        {
            return status;
        }
    }

    private static RequestReading Marked(RequestReading read) => read.Unmarked is { } unmarked ? throw unmarked.Once : read;
}

/// <summary>Words of an end that nothing marks as the host's own. They count when a second read brings the same.</summary>
/// <param name="Text">The status and the words, in a form in which two of them can be compared.</param>
/// <param name="Once">What they are for a caller that reads once: the host could not be asked.</param>
internal sealed record UnmarkedWord(string Text, HostUnavailableException Once)
{
    /// <summary>The words of an answer.</summary>
    public static UnmarkedWord Of(HttpStatusCode status, string words, HostUnavailableException once) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{(int)status} {words.ToUpperInvariant()}"), once);
}
