namespace Imagen4.Emulator.Faults;

/// <summary>The rules that are in force, oldest first. The first that fits a call hits it.</summary>
internal sealed class FaultTable
{
    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];

    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_gate)
            {
                return [.. _rules];
            }
        }
    }

    /// <exception cref="FormatException">The message says what is wrong with the rule.</exception>
    public void Add(FaultRule rule)
    {
        Require(FaultTarget.All.Contains(rule.Operation), $"operation is one of {string.Join(", ", FaultTarget.All)}");
        Require(FaultKinds.Names.Contains(rule.Kind), $"kind is one of {string.Join(", ", FaultKinds.Names)}");
        Require(rule.Status is null or (>= 200 and <= 599), "status is a number from 200 to 599");
        Require(rule.Count is -1 or > 0, "count is a positive number, or -1 for no end");
        lock (_gate)
        {
            _rules.Add(rule);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>Performs the operation; or answers with the fault of the rule that hits the call, instead or afterwards.</summary>
    public IResult Around(string operation, HttpRequest request, string? prompt, Func<IResult> perform)
    {
        var rule = Take(operation, request, prompt);
        if (rule is { AfterAccept: false })
        {
            return FaultKinds.Create(rule);
        }

        var answer = perform();
        return rule is null ? answer : FaultKinds.Create(rule);
    }

    /// <summary>The rule that hits this call, counted down; null when there is none.</summary>
    private FaultRule? Take(string operation, HttpRequest request, string? prompt)
    {
        lock (_gate)
        {
            var index = _rules.FindIndex(rule => Fits(rule, operation, request, prompt));
            if (index < 0)
            {
                return null;
            }

            var rule = _rules[index];
            switch (rule.Count)
            {
                case 1:
                    _rules.RemoveAt(index);
                    break;
                case > 1:
                    _rules[index] = rule with { Count = rule.Count - 1 };
                    break;
            }

            return rule;
        }
    }

    private static bool Fits(FaultRule rule, string operation, HttpRequest request, string? prompt) =>
        (rule.Operation == FaultTarget.Any || rule.Operation == operation)
        && (rule.Match is null || $"{request.Path}{request.QueryString}".Contains(rule.Match, StringComparison.Ordinal)
            || prompt?.Contains(rule.Match, StringComparison.Ordinal) == true);

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new FormatException(message);
        }
    }
}
