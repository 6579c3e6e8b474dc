using Imagen4.Emulator.Billing;
using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Queue;

/// <summary>Where every host's jobs come in: none runs without being billed, none is billed without being known.</summary>
internal sealed class Intake(JobQueue queue, JobStore jobs, BillLog bills)
{
    /// <summary>Takes the job and says how many are ahead of it; null if the queue is longer than the job allows.</summary>
    public int? Take(Job job, string key)
    {
        if (queue.Submit(job) is not { } position)
        {
            return null;
        }

        jobs.Add(job);
        bills.Add(Bill.Of(job, key));
        return position;
    }
}

/// <summary>The hosts that the emulator plays. A job is known only to the one it was sent to.</summary>
internal static class HostName
{
    public const string Fal = "fal";
    public const string FalSync = "fal-sync";
    public const string Chainhub = "chainhub";
    public const string Kkiai = "kkiai";
    public const string AimlApi = "aimlapi";
    public const string OpenForm = "openform";

    public static IReadOnlyList<string> All { get; } = [Fal, FalSync, Chainhub, Kkiai, AimlApi, OpenForm];
}

/// <summary>What a client asks of the queue for one job, beside the model's input.</summary>
internal sealed record QueueSettings
{
    public static QueueSettings None { get; } = new();

    public bool LowPriority { get; init; }

    /// <summary>The job is refused when more than this many wait already.</summary>
    public int? MaxWaiting { get; init; }

    /// <summary>Who wants to be told when the job has ended.</summary>
    public Uri? Webhook { get; init; }

    /// <summary>The job ends when it has not started by then.</summary>
    public TimeSpan? StartTimeout { get; init; }

    /// <summary>The tags as they came, such as <c>project=a,run=7</c>.</summary>
    public string? Tags { get; init; }

    /// <summary>How long the files are wanted and who may have them: the JSON as it came. Here all stay while the emulator runs.</summary>
    public string? ObjectLifecycle { get; init; }
}

/// <summary>An answer that is given when its job has ended, as hosts without a queue do. A client that leaves stops no job.</summary>
internal sealed class WhenEnded(Job job, Func<JsonAnswer> answer) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await job.WaitForEndAsync(httpContext.RequestAborted);
        await answer().ExecuteAsync(httpContext);
    }
}
