using System.Collections.Concurrent;
using Imagen4.Core.Http;

namespace Imagen4.Core.Submission;

/// <summary>
/// How many submissions in a row are in doubt, for each provider: the rows of others say nothing about it. What was not sent,
/// or is to be sent again, ends no row of doubts: a gateway that fails says that in between, too.
/// </summary>
internal sealed class DoubtCounts
{
    private readonly ConcurrentDictionary<string, int> _inARow = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes note of a submission in doubt.</summary>
    /// <returns>How many there are in a row.</returns>
    public int Add(HostConnection host) => _inARow.AddOrUpdate(host.Profile.Name, 1, static (_, count) => count + 1);

    /// <summary>Takes note of one the host has answered for.</summary>
    public void End(HostConnection host) => _inARow[host.Profile.Name] = 0;
}
