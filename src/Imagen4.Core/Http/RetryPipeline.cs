using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Imagen4.Core.Http;

/// <summary>How often and how long something is repeated.</summary>
/// <param name="Attempts">How many attempts there are at most, the first one included.</param>
/// <param name="First">The pause after the first attempt; each further one doubles it, with jitter.</param>
/// <param name="Longest">The longest pause.</param>
/// <param name="Total">The longest time for all attempts; null for no limit.</param>
internal sealed record RetryPlan(int Attempts, TimeSpan First, TimeSpan Longest, TimeSpan? Total);

/// <summary>The one place where retries are put together. A paid POST never goes through here.</summary>
internal static class RetryPipeline
{
    /// <summary>Builds a pipeline.</summary>
    /// <typeparam name="T">What an attempt comes to.</typeparam>
    /// <param name="plan">How often and how long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isRepeated">Whether an outcome is tried again, and the number of its attempt, from 0.</param>
    /// <param name="pause">The pause that an outcome asks for; null for the plan's own.</param>
    public static ResiliencePipeline<T> Of<T>(
        RetryPlan plan, TimeProvider time, Func<Outcome<T>, int, bool> isRepeated, Func<Outcome<T>, TimeSpan?> pause)
    {
        var builder = new ResiliencePipelineBuilder<T> { TimeProvider = time };
        if (plan.Total is { } total)
        {
            builder.AddTimeout(new TimeoutStrategyOptions { Timeout = total });
        }

        return builder.AddRetry(new RetryStrategyOptions<T>
        {
            MaxRetryAttempts = plan.Attempts == int.MaxValue ? int.MaxValue : plan.Attempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = plan.First,
            MaxDelay = plan.Longest,
            ShouldHandle = arguments => ValueTask.FromResult(isRepeated(arguments.Outcome, arguments.AttemptNumber)),
            DelayGenerator = arguments => ValueTask.FromResult(pause(arguments.Outcome)),
        }).Build();
    }
}
