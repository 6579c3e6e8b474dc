using Imagen4.Core.Http;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Batch;

/// <summary>Bounds what is asked of a host once and answered at once.</summary>
internal static class TimeLimit
{
    /// <summary>Runs something within a limit.</summary>
    /// <param name="limit">The limit, repetitions included; zero for none.</param>
    /// <param name="host">The host that is asked, for the message.</param>
    /// <param name="work">What is run.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HostUnavailableException">The limit passed.</exception>
    public static Task<T> RunAsync<T>(
        TimeSpan limit, HostConnection host, Func<CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        RunAsync(limit, host.BaseUri.Host, host.Time, work, cancellation);

    /// <summary>Runs something within a limit.</summary>
    /// <param name="limit">The limit, repetitions included; zero for none.</param>
    /// <param name="host">The name of the host that is asked, for the message.</param>
    /// <param name="time">The clock.</param>
    /// <param name="work">What is run.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HostUnavailableException">The limit passed.</exception>
    public static async Task<T> RunAsync<T>(
        TimeSpan limit, string host, TimeProvider time, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var deadline = new Deadline(limit > TimeSpan.Zero ? limit : null, time, cancellation);
        try
        {
            return await work(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw Passed(limit, host, error);
        }
    }

    /// <summary>The error of a limit that has passed.</summary>
    public static HostUnavailableException Passed(TimeSpan limit, string host, OperationCanceledException error) =>
        new(Messages.HostTimedOut.With(host, limit.TotalSeconds), error);
}
