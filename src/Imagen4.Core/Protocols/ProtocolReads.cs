namespace Imagen4.Core.Protocols;

/// <summary>Reads for whoever asks once: an end that nothing marks as the host's own is then none.</summary>
internal static class ProtocolReads
{
    /// <summary>Reads the state of a request.</summary>
    /// <exception cref="ImagenException">The host cannot be asked, or does not know the request.</exception>
    public static async Task<HostStatus> ReadStatusAsync(
        this IHostProtocol protocol, RequestReference request, bool logs, CancellationToken cancellation) =>
        Marked(await protocol.AskStatusAsync(request, logs, cancellation).ConfigureAwait(false)).Status;

    /// <summary>Reads the result of a request that has ended, or null while it goes on.</summary>
    /// <exception cref="ImagenException">The request failed (the type says how), or the host cannot be asked.</exception>
    public static async Task<HostResult?> ReadResultAsync(
        this IHostProtocol protocol, RequestReference request, CancellationToken cancellation)
    {
        var read = Marked(await protocol.AskResultAsync(request, cancellation).ConfigureAwait(false));
        return read.Error is { } error ? throw error : read.Result;
    }

    /// <summary>
    /// Reads what a request that was cancelled has come to. A status may say no more than that it has ended; the result, which is read
    /// once then, has the last word.
    /// </summary>
    /// <exception cref="ImagenException">The host cannot be asked, or does not know the request.</exception>
    public static async Task<HostStatus> ReadEndAsync(this IHostProtocol protocol, RequestReference request, CancellationToken cancellation)
    {
        var read = Marked(await protocol.AskStatusAsync(request, logs: false, cancellation).ConfigureAwait(false));
        if (!read.Status.HasEnded || read.Status.State == ImagenStates.Cancelled || read is { Result: not null } or { Error: not null })
        {
            return read.Status;
        }

        try
        {
            var result = await protocol.AskResultAsync(request, cancellation).ConfigureAwait(false);
            return result is { Unmarked: null, Status.HasEnded: true } ? result.Status : read.Status;
        }
        catch (ImagenException)
        {
            return read.Status;
        }
    }

    private static RequestReading Marked(RequestReading read) => read.Unmarked is { } unmarked ? throw unmarked.Once : read;
}
