namespace Imagen4.Emulator.Faults;

/// <summary>The kinds of fault by their names in rules. A new kind is one class and one line here.</summary>
internal static class FaultKinds
{
    private static readonly Dictionary<string, Func<FaultRule, IResult>> ByName = new(StringComparer.Ordinal)
    {
        ["status"] = rule => BodyFault.Status(rule),
        ["html"] = rule => BodyFault.Html(rule),
        ["bad_json"] = rule => BodyFault.BadJson(rule),
        ["abort"] = _ => new AbortFault(),
        ["hang"] = _ => new HangFault(),
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static IResult Create(FaultRule rule) => ByName[rule.Kind](rule);
}
