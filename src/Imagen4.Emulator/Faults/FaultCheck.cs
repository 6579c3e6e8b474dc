using System.Text.Json;
using Imagen4.Emulator.Queue;

namespace Imagen4.Emulator.Faults;

/// <summary>Refuses rules that could never do what they say, so that no test passes because its fault never came.</summary>
internal static class FaultCheck
{
    /// <summary>The effects of a rule, each of which is good.</summary>
    /// <exception cref="FormatException">The message says what is wrong with the rule.</exception>
    public static IReadOnlyList<FaultEffect> EffectsOf(FaultRule rule)
    {
        Require(
            rule.Operation is null || FaultTarget.All.Contains(rule.Operation),
            $"operation is one of {string.Join(", ", FaultTarget.All)}");
        Require(rule.Host is null || HostName.All.Contains(rule.Host), $"host is one of {string.Join(", ", HostName.All)}");
        Require(rule.InARow is null or > 0, "in_a_row is a positive number");
        Require(rule.Count is null or -1 or > 0, "count is a positive number, or -1 for no end");
        Require(rule.After is null or >= 0, "after is the number of calls to let through, 0 or more");
        Require(rule.Probability is null or (> 0 and <= 1), "probability is a number above 0 and up to 1");
        Require(
            rule.Seed is null || rule.Probability is not null || rule.Kinds is not null,
            "seed is for rules with probability or kinds: nothing else is random");
        IReadOnlyList<FaultEffect> effects = rule.Kinds is { } kinds ? [.. kinds.Select(EffectOf)] : [rule];
        Require(effects.Count > 0, "kinds is not empty");
        Require(
            rule.Kinds is null || !SaysMore(rule),
            "with kinds, what goes wrong is said in there: [\"reset\",{\"kind\":\"status\",\"status\":503}]");
        foreach (var effect in effects)
        {
            Check(effect);
        }

        return effects;
    }

    private static FaultEffect EffectOf(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? new FaultEffect { Kind = element.GetString() }
        : element.Deserialize(FaultJson.Default.FaultEffect) ?? throw new FormatException("kinds has names and objects, not null");

    private static void Check(FaultEffect effect)
    {
        Require(
            effect.Kind is not null && FaultKinds.Names.Contains(effect.Kind),
            $"kind is one of {string.Join(", ", FaultKinds.Names)}; or kinds is a list of them");
        var kind = FaultKinds.Of(effect);
        Takes(effect.At is null || kind.Takes.HasFlag(FaultFields.At), "at");
        Takes(effect.In is null || kind.Takes.HasFlag(FaultFields.In), "in");
        Takes(effect.Bytes is null || kind.Takes.HasFlag(FaultFields.Bytes), "bytes");
        Takes(effect.DelayMs is null || kind.Takes.HasFlag(FaultFields.Delay), "delay_ms");
        Takes(effect.AfterAccept is not true || kind.Takes.HasFlag(FaultFields.Answer), "after_accept");
        Takes(!effect.HasAnswer() || kind.Takes.HasFlag(FaultFields.Answer), "status, body, headers or retry_after");
        Require(effect.At is null || CutPoint.All.Contains(effect.At), $"at is one of {string.Join(", ", CutPoint.All)}");
        Require(effect.In is null || TextPlace.All.Contains(effect.In), $"in is one of {string.Join(", ", TextPlace.All)}");
        Require(effect is not { Kind: FaultKinds.Hang, At: CutPoint.After }, "a hang after the whole answer is none");
        Require(effect.Status is null or (>= 200 and <= 599), "status is a number from 200 to 599");
        Require(effect.RetryAfter is null || effect.RetryAfterDate is null, "retry_after and retry_after_date are one header");
        Require(effect.RetryAfter is null or >= 0, "retry_after is seconds, 0 or more");
        Require(effect.Bytes is null or > 0, "bytes is a positive number");
        Require(effect.DelayMs is null or (>= 0 and <= 86_400_000), "delay_ms is milliseconds from 0 to 86400000");

        void Takes(bool condition, string fields) => Require(condition, $"{effect.Kind} takes no {fields}");
    }

    private static bool SaysMore(FaultEffect rule) =>
        rule.HasAnswer() || rule.Kind is not null || rule.At is not null || rule.AfterAccept is not null || rule.Bytes is not null
        || rule.DelayMs is not null || rule.In is not null;

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new FormatException(message);
        }
    }
}
