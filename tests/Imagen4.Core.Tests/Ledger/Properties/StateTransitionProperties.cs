using FsCheck.Fluent;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Tests.Support;

namespace Imagen4.Core.Tests.Ledger.Properties;

/// <summary>Whatever steps a request takes, none leads to a second POST of what may have been paid for.</summary>
public sealed class StateTransitionProperties
{
    private const int LongestWalk = 40;

    private static readonly RequestState[] All = Enum.GetValues<RequestState>();

    // From here an attempt is made, or may be made again, without a word of the user or of the host's history.
    private static readonly RequestState[] Unsent = [RequestState.Claimed, RequestState.Intent, RequestState.NotSent, RequestState.Throttled];

    // Whoever is here has, or had, a request that the host took.
    private static readonly RequestState[] Taken =
    [
        RequestState.Accepted, RequestState.Expired, RequestState.StatusCompleted, RequestState.Cancelled, RequestState.Failed,
        RequestState.Completed, RequestState.Delivered, RequestState.Started,
    ];

    [Fact]
    public void Every_state_is_reached_from_a_claim() =>
        Assert.Equal(All, Reachable(RequestState.Claimed).Append(RequestState.Claimed).Order());

    [Fact]
    public void What_the_host_has_taken_is_never_again_as_if_it_had_not() =>
        Walks(walk => Holds(walk, (earlier, later) => !Taken.Contains(earlier) || Taken.Contains(later)));

    [Fact]
    public void What_is_in_doubt_or_refused_is_never_on_its_way_again() => Walks(walk => Holds(
        walk,
        (earlier, later) => earlier is not (RequestState.InDoubt or RequestState.NotSubmitted or RequestState.Rejected) || !Unsent.Contains(later)));

    [Fact]
    public void A_doubt_is_settled_and_never_forgotten() => Walks(walk => Holds(
        walk, (earlier, later) => earlier != RequestState.InDoubt || later == RequestState.NotSubmitted || Taken.Contains(later)));

    [Fact]
    public void Between_two_attempts_stands_the_word_that_the_first_was_not_taken() => Walks(walk =>
        walk.Zip(walk.Skip(1)).All(step => step.Second != RequestState.Intent
            || step.First is RequestState.Claimed or RequestState.NotSent or RequestState.Throttled));

    [Fact]
    public void Nothing_comes_before_the_intent_but_the_claim() => Walks(walk =>
        walk.Length == 1 || (walk[0] == RequestState.Claimed && walk[1] == RequestState.Intent));

    [Fact]
    public void A_walk_without_another_attempt_ends() => Walks(walk =>
    {
        var sinceLastAttempt = walk[(Array.LastIndexOf(walk, RequestState.Intent) + 1)..];
        return sinceLastAttempt.Distinct().Count() == sinceLastAttempt.Length;
    });

    [Fact]
    public void An_end_is_followed_only_by_what_the_host_says_of_it() => Walks(walk => Holds(
        walk, (earlier, later) => !StateTransitions.IsEnd(earlier) || Taken.Contains(later)));

    private static void Walks(Func<RequestState[], bool> property) =>
        Always.Holds(Gen.Choose(0, All.Length - 1), LongestWalk, steps => property(Walk(steps)), cases: 2_000);

    // Each number chooses one of the states that may follow; where none may, the walk is over.
    private static RequestState[] Walk(int[] steps)
    {
        var walk = new List<RequestState> { RequestState.Claimed };
        foreach (var step in steps)
        {
            if (Following(walk[^1]) is not { Length: > 0 } following)
            {
                break;
            }

            walk.Add(following[step % following.Length]);
        }

        return [.. walk];
    }

    private static bool Holds(RequestState[] walk, Func<RequestState, RequestState, bool> property) =>
        walk.Select((earlier, at) => walk[(at + 1)..].All(later => property(earlier, later))).All(holds => holds);

    private static RequestState[] Following(RequestState state) => [.. All.Where(next => StateTransitions.IsAllowed(state, next))];

    private static HashSet<RequestState> Reachable(RequestState from)
    {
        var found = new HashSet<RequestState>();
        for (var open = new Queue<RequestState>([from]); open.TryDequeue(out var state);)
        {
            foreach (var next in Following(state).Where(found.Add))
            {
                open.Enqueue(next);
            }
        }

        return found;
    }
}
