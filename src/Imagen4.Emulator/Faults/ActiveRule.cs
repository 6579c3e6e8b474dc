using Imagen4.Emulator.Images;

namespace Imagen4.Emulator.Faults;

/// <summary>A rule in force and the calls that it has seen. Not thread-safe: the table holds its lock.</summary>
internal sealed class ActiveRule(FaultRule rule, IReadOnlyList<FaultEffect> effects)
{
    private const int NoEnd = -1;

    private readonly Dictionary<string, long> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hitsInARow = new(StringComparer.Ordinal);
    private int _toSkip = rule.After ?? 0;

    // A rule at random stands for conditions that last; any other is one event.
    private int _left = rule.Count ?? (rule.Probability is null ? 1 : NoEnd);

    public bool Spent => _left == 0;

    /// <summary>The rule with what is left of it.</summary>
    public FaultRule Rule => rule with { Count = _left, After = _toSkip > 0 ? _toSkip : null };

    /// <summary>Whether it is for this operation and host at all.</summary>
    public bool IsFor(FaultCall call) =>
        FaultTarget.Covers(rule.Operation, call.Operation) && (rule.Host is null || rule.Host == call.Host);

    /// <summary>Whether only the prompt can tell if it fits.</summary>
    public bool AsksForPrompt(FaultCall call) => rule.Match is { } text && !call.Path.Contains(text, StringComparison.Ordinal);

    public bool Fits(FaultCall call, string? prompt) =>
        !AsksForPrompt(call) || prompt?.Contains(rule.Match!, StringComparison.Ordinal) == true;

    /// <summary>What this call, which fits, gets; null when it is let through.</summary>
    public FaultEffect? Next(FaultCall call)
    {
        var operation = call.Operation;
        var number = _calls[operation] = _calls.GetValueOrDefault(operation) + 1;
        if (_toSkip > 0)
        {
            _toSkip--;
            return null;
        }

        var isHit = (rule.Probability is not { } probability || Draw("hit") / (double)ulong.MaxValue < probability)
            && !IsOneTooMany(call.RequestId);
        Count(call.RequestId, isHit);
        if (!isHit)
        {
            return null;
        }

        _left -= _left == NoEnd ? 0 : 1;
        return effects.Count == 1 ? effects[0] : effects[(int)(Draw("kind") % (ulong)effects.Count)];

        // From the call's own number, and not from one sequence for all: what happens to the nth submission does not
        // depend on how many status reads came before it.
        ulong Draw(string question) => StableHash.Of($"{rule.Seed ?? 0} {operation} {number} {question}");
    }

    // Submissions are about no request yet, and each is about another one.
    private bool IsOneTooMany(string? requestId) =>
        rule.InARow is { } most && requestId is not null && _hitsInARow.GetValueOrDefault(requestId) >= most;

    private void Count(string? requestId, bool isHit)
    {
        if (rule.InARow is null || requestId is null)
        {
            return;
        }

        if (isHit)
        {
            _hitsInARow[requestId] = _hitsInARow.GetValueOrDefault(requestId) + 1;
        }
        else
        {
            _hitsInARow.Remove(requestId);
        }
    }
}
