using System.Globalization;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Platform;

/// <summary>The requests to one endpoint of fal's that were accepted, by the queue or without it, page by page.</summary>
internal sealed class History(JobStore jobs)
{
    private const int MostPerPage = 100;

    private volatile bool _on = true;

    /// <summary>Whether the host has a history at all.</summary>
    public bool On
    {
        get => _on;
        set => _on = value;
    }

    /// <exception cref="FormatException">The message says what is wrong with the question.</exception>
    public RequestPage Read(IQueryCollection query)
    {
        var endpoints = Values.Of(query, "endpoint_id");
        if (endpoints.Count == 0)
        {
            throw new FormatException("endpoint_id is required");
        }

        var limit = Math.Clamp(Number(query, "limit") ?? 10, 1, MostPerPage);
        var skipped = Number(query, "cursor") ?? 0;
        var (start, end) = (Time(query, "start") ?? DateTimeOffset.MinValue, Time(query, "end") ?? DateTimeOffset.MaxValue);
        var withPayload = Values.Of(query, "expand").Contains("payloads");
        var found = jobs.NewestFirst(int.MaxValue)
            .Where(job => job.Host is HostName.Fal or HostName.FalSync && endpoints.Contains(job.Endpoint.ToString())
                && job.SubmittedAt >= start && job.SubmittedAt <= end)
            .Skip(skipped)
            .Take(limit + 1)
            .ToList();
        var more = found.Count > limit;
        return new RequestPage(
            [.. found.Take(limit).Select(job => RequestItem.Of(job, withPayload))],
            more,
            more ? (skipped + limit).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static int? Number(IQueryCollection query, string name) => query[name].ToString() is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{name} is a whole number, not '{text}'");

    private static DateTimeOffset? Time(IQueryCollection query, string name) => query[name].ToString() is not { Length: > 0 } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FormatException($"{name} is a time in ISO 8601, not '{text}'");
}
