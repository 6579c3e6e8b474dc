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

/// <summary>Which outcomes are tried again.</summary>
/// <typeparam name="T">What an attempt comes to.</typeparam>
internal interface IRetryRules<T>
{
    /// <summary>Whether an outcome is tried again. It is asked once for each attempt.</summary>
    /// <param name="outcome">What the attempt came to.</param>
    /// <param name="attempt">The number of the attempt, from 0.</param>
    bool IsRepeated(Outcome<T> outcome, int attempt);

    /// <summary>The pause that an outcome asks for; null for the plan's own.</summary>
    TimeSpan? Pause(Outcome<T> outcome);
}

/// <summary>
/// The one place where retries are put together. A paid POST never goes through here. A pipeline is dear to build and serves any
/// number of calls at once, each with rules of its own.
/// </summary>
/// <typeparam name="T">What an attempt comes to.</typeparam>
/// <param name="plan">How often and how long.</param>
/// <param name="time">The clock.</param>
internal sealed class RetryPipeline<T>(RetryPlan plan, TimeProvider time)
{
    private static readonly ResiliencePropertyKey<IRetryRules<T>> Rules = new("rules");

    private readonly Lazy<ResiliencePipeline<T>> _pipeline = new(() => Build(plan, time));

    /// <summary>Makes attempts until one is not to be repeated.</summary>
    /// <param name="attempt">Makes one.</param>
    /// <param name="rules">Which are tried again.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What the last attempt came to.</returns>
    /// <exception cref="TimeoutRejectedException">The plan's time is over.</exception>
    public async Task<T> RunAsync(Func<CancellationToken, Task<T>> attempt, IRetryRules<T> rules, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellation);
        try
        {
            context.Properties.Set(Rules, rules);
            return await _pipeline.Value
                .ExecuteAsync(static (context, attempt) => new ValueTask<T>(attempt(context.CancellationToken)), context, attempt)
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static ResiliencePipeline<T> Build(RetryPlan plan, TimeProvider time)
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
            ShouldHandle = asked => ValueTask.FromResult(RulesOf(asked.Context).IsRepeated(asked.Outcome, asked.AttemptNumber)),
            DelayGenerator = asked => ValueTask.FromResult(RulesOf(asked.Context).Pause(asked.Outcome)),
        }).Build();
    }

    private static IRetryRules<T> RulesOf(ResilienceContext context) => context.Properties.GetValue(Rules, null!);
}
