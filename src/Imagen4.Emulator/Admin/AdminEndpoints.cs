using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Emulator.Billing;
using Imagen4.Emulator.Faults;
using Imagen4.Emulator.Generation;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Media;
using Imagen4.Emulator.Platform;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Admin;

/// <summary>What no host has: the bill log, the requests seen, the jobs, the settings and the faults, under <c>/_emulator</c>.</summary>
internal sealed class AdminEndpoints(
    JobQueue queue,
    JobStore jobs,
    BillLog bills,
    RequestLog requests,
    FaultTable faults,
    History history,
    MediaEndpoint media,
    ConnectionGauge connections,
    Reset reset)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/bills", WriteBillsAsync);
        Answer(routes.MapGet, "/summary", _ => Summary());
        Answer(routes.MapGet, "/jobs", Jobs);
        Answer(routes.MapDelete, "/jobs", _ => Done(() => jobs.ForgetFinished()));
        Answer(routes.MapGet, "/requests", _ => JsonAnswer.Of(200, requests.Records(), RequestJson.Default.IReadOnlyListRequestRecord));
        Answer(routes.MapDelete, "/requests", _ => Done(requests.Clear));
        Answer(routes.MapGet, "/peak", _ => Peak());
        Answer(routes.MapDelete, "/peak", _ => Done(ResetPeak));
        Answer(routes.MapGet, "/faults", _ => Faults());
        Answer(routes.MapDelete, "/faults", _ => Done(faults.Clear));
        Answer(routes.MapPost, "/reset", _ => Done(reset.Run));
        routes.MapPost("/faults", context => ReadAsync(context, FaultJson.Default.FaultRule, AddFault));
        routes.MapPut("/settings", context => ReadAsync(context, AdminJson.Default.SettingsChange, ChangeSettings));
    }

    private static void Answer(
        Func<string, RequestDelegate, IEndpointConventionBuilder> map, string path, Func<HttpContext, IResult> answer) =>
        map(path, context => answer(context).ExecuteAsync(context));

    private static IResult Done(Action act)
    {
        act();
        return Results.NoContent();
    }

    /// <summary>Reads a JSON body and acts on it; a body that cannot be used is answered with the reason.</summary>
    private static async Task ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, JsonAnswer> act)
        where T : class
    {
        JsonAnswer answer;
        try
        {
            var value = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            answer = value is null ? ErrorText.Answer(400, "The body is null") : act(value);
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            answer = ErrorText.Answer(400, exception.Message);
        }

        await answer.ExecuteAsync(context);
    }

    private async Task WriteBillsAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var line in bills.Lines())
        {
            await context.Response.BodyWriter.WriteAsync(line, context.RequestAborted);
        }
    }

    private JsonAnswer Summary()
    {
        var figures = queue.Figures;
        var summary = new Summary(figures.Running, figures.Waiting, bills.Count, queue.Slots, queue.GenerationTime.TotalSeconds);
        return JsonAnswer.Of(200, summary, AdminJson.Default.Summary);
    }

    private JsonAnswer Jobs(HttpContext context)
    {
        var asked = context.Request.Query["limit"];
        var limit = int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
        var baseAddress = BaseAddress.Of(context.Request);
        IReadOnlyList<JobView> views = [.. jobs.NewestFirst(limit).Select(job => JobView.Of(job, queue.PositionOf(job), baseAddress))];
        return JsonAnswer.Of(200, views, AdminJson.Default.IReadOnlyListJobView);
    }

    private JsonAnswer Peak()
    {
        var peak = queue.Peak;
        return JsonAnswer.Of(200, new PeakView(peak.Running, peak.Waiting, connections.Peak), AdminJson.Default.PeakView);
    }

    private void ResetPeak()
    {
        queue.ResetPeak();
        connections.ResetPeak();
    }

    private JsonAnswer Faults() => JsonAnswer.Of(200, faults.Rules, FaultJson.Default.IReadOnlyListFaultRule);

    private JsonAnswer AddFault(FaultRule rule)
    {
        faults.Add(rule);
        return JsonAnswer.Of(201, rule, FaultJson.Default.FaultRule);
    }

    private JsonAnswer ChangeSettings(SettingsChange change)
    {
        var slots = change.Slots ?? queue.Slots;
        var seconds = change.GenerationTime ?? queue.GenerationTime.TotalSeconds;
        if (slots is < 1 or > 10_000 || seconds is < 0 or > 86_400)
        {
            throw new FormatException("slots is a number from 1 to 10000, generation_time is seconds from 0 to 86400");
        }

        queue.Configure(slots, TimeSpan.FromSeconds(seconds));
        history.On = change.History ?? history.On;
        media.Acl = change.PrivateFiles is { } areFiles ? (areFiles ? MediaAcl.Forbid : MediaAcl.Allow) : media.Acl;
        return JsonAnswer.Of(200, new SettingsChange(slots, seconds, history.On, media.Acl != MediaAcl.Allow), AdminJson.Default.SettingsChange);
    }
}
