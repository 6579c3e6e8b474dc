using Imagen4.Core.Http;
using Imagen4.Core.Tests.Support;
using Polly;

namespace Imagen4.Core.Tests.Http;

public sealed class RetryPipelineTests
{
    private readonly SkippingTime _time = new();

    [Fact]
    public async Task Calls_that_share_a_pipeline_keep_to_rules_of_their_own()
    {
        var pipeline = new RetryPipeline<int>(new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), Total: null), _time);
        var (twice, never) = (new RepeatedUpTo(2), new RepeatedUpTo(0));
        var begun = new BothBegan();

        var ends = await Task.WhenAll(
            pipeline.RunAsync(begun.CountAsync(), twice, CancellationToken.None),
            pipeline.RunAsync(begun.CountAsync(), never, CancellationToken.None)).InTime();

        Assert.Equal([3, 1], ends);
        Assert.Equal([1, 2, 3], twice.Outcomes);
        Assert.Equal([1], never.Outcomes);
    }

    [Fact]
    public async Task The_attempts_of_the_plan_are_counted_for_each_call_anew()
    {
        var pipeline = new RetryPipeline<int>(new(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), Total: null), _time);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var calls = 0;
            Assert.Equal(3, await pipeline.RunAsync(_ => Task.FromResult(++calls), new RepeatedUpTo(9), CancellationToken.None).InTime());
        }
    }

    private sealed class RepeatedUpTo(int attempts) : IRetryRules<int>
    {
        public List<int> Outcomes { get; } = [];

        public bool IsRepeated(Outcome<int> outcome, int attempt)
        {
            Outcomes.Add(outcome.Result);
            return attempt < attempts;
        }

        public TimeSpan? Pause(Outcome<int> outcome) => null;
    }

    // Two calls whose first attempts are both under way before either comes to anything.
    private sealed class BothBegan
    {
        private readonly TaskCompletionSource _both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _began;

        public Func<CancellationToken, Task<int>> CountAsync()
        {
            var calls = 0;
            return async _ =>
            {
                if (Interlocked.Increment(ref _began) == 2)
                {
                    _both.SetResult();
                }

                await _both.Task.ConfigureAwait(false);
                return ++calls;
            };
        }
    }
}
