using System.Globalization;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Platform;

/// <summary>The requests to one endpoint of fal's that were accepted, by the queue or without it, page by page.</summary>
internal sealed class History(JobStore jobs, TimeProvider time)
{
    private const int UsualPage = 50;
    private const int MostPerPage = 100;
    private static readonly TimeSpan Usual = TimeSpan.FromDays(1);
    private static readonly TimeSpan UsualForOne = TimeSpan.FromDays(90);

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

        var limit = Math.Clamp(Number(query, "limit") ?? UsualPage, 1, MostPerPage);
        var skipped = Number(query, "cursor") ?? 0;
        var requestId = query["request_id"].ToString() is { Length: > 0 } id ? id : null;
        var start = Time(query, "start") ?? time.GetUtcNow() - (requestId is null ? Usual : UsualForOne);
        var end = Time(query, "end") ?? DateTimeOffset.MaxValue;
        var outcome = Outcome(query);
        var withPayload = Values.Of(query, "expand").Contains("payloads");
        var found = jobs.NewestFirst(int.MaxValue)
            .Where(job => job.Host is HostName.Fal or HostName.FalSync && endpoints.Contains(job.Endpoint.ToString())
                && job.SubmittedAt >= start && job.SubmittedAt < end
                && (requestId is null || job.RequestId == requestId)
                && (outcome is null || RequestOutcome.Of(job.Progress) == outcome))
            .Skip(skipped)
            .Take(limit + 1)
            .ToList();
        var more = found.Count > limit;
        return new RequestPage(
            [.. found.Take(limit).Select(job => RequestItem.Of(job, withPayload))],
            more,
            more ? (skipped + limit).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static string? Outcome(IQueryCollection query) => query["status"].ToString() is not { Length: > 0 } text ? null
        : RequestOutcome.All.Contains(text) ? text
        : throw new FormatException($"status is one of {string.Join(", ", RequestOutcome.All)}, not '{text}'");

    private static int? Number(IQueryCollection query, string name) => query[name].ToString() is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{name} is a whole number, not '{text}'");

    private static DateTimeOffset? Time(IQueryCollection query, string name) => query[name].ToString() is not { Length: > 0 } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new FormatException($"{name} is a time in ISO 8601, not '{text}'");
}

/// <summary>The names that the history has for how a request ended.</summary>
internal static class RequestOutcome
{
    private const string Success = "success";
    private const string UserError = "user_error";
    private const string Error = "error";

    public static IReadOnlyList<string> All { get; } = [Success, Error, UserError];

    /// <summary>Null while it has not ended.</summary>
    public static string? Of(JobProgress progress) => progress switch
    {
        { State: not JobState.Completed } => null,
        { Failure: null } => Success,
        { Failure.Status: < 500 } => UserError,
        _ => Error,
    };
}

/// <summary>A parameter that can be given more than once, or once with commas.</summary>
internal static class Values
{
    private const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    public static IReadOnlyList<string> Of(IQueryCollection query, string name) =>
        [.. query[name].SelectMany(value => (value ?? "").Split(',', Clean))];
}
