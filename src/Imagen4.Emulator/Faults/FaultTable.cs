namespace Imagen4.Emulator.Faults;

/// <summary>The rules that are in force, oldest first. The first that hits a call has it; the later ones do not see it.</summary>
internal sealed class FaultTable
{
    private readonly Lock _gate = new();
    private readonly List<ActiveRule> _rules = [];

    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_gate)
            {
                return [.. _rules.Select(active => active.Rule)];
            }
        }
    }

    /// <exception cref="FormatException">The message says what is wrong with the rule.</exception>
    public void Add(FaultRule rule)
    {
        var active = new ActiveRule(rule, FaultCheck.EffectsOf(rule));
        lock (_gate)
        {
            _rules.Add(active);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>Whether there is a rule for this call that only its prompt can decide.</summary>
    public bool AsksForPrompt(FaultCall call)
    {
        lock (_gate)
        {
            return _rules.Exists(rule => rule.IsFor(call) && rule.AsksForPrompt(call));
        }
    }

    /// <summary>What goes wrong with this call, counted down; null when nothing does.</summary>
    public FaultEffect? Take(FaultCall call, string? prompt)
    {
        lock (_gate)
        {
            foreach (var rule in _rules)
            {
                if (rule.IsFor(call) && rule.Fits(call, prompt) && rule.Next(call) is { } effect)
                {
                    if (rule.Spent)
                    {
                        _rules.Remove(rule);
                    }

                    return effect;
                }
            }

            return null;
        }
    }
}
