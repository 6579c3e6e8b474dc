using System.Globalization;
using System.Text.Json;

namespace Imagen4.Emulator.Generation;

/// <summary>What each directive does to the plan of its job. A directive that nobody knows fails the job, loudly.</summary>
internal static class Directives
{
    private static readonly Dictionary<string, Func<GenerationPlan, string?, GenerationPlan>> ByName = new(StringComparer.Ordinal)
    {
        ["seconds"] = (plan, value) => plan with { Duration = TimeSpan.FromSeconds(Number(value, 86_400)) },
        ["images"] = (plan, value) => plan with { Images = [.. plan.Images.Take((int)Number(value, 4))] },
        ["pixels"] = (plan, value) => plan with { Images = [.. plan.Images.Select(image => image.Within((int)Number(value, 4096)))] },
        ["string_detail"] = (plan, _) => plan with
        {
            Failure = new Failure(422, "value_error", "The model did not take this input") { Form = FailureForm.Text, Retryable = false },
        },
        ["null_fields"] = (plan, _) => plan with { ResultFault = ResultFault.NullFields },
        ["result_not_json"] = (plan, _) => plan with { ResultFault = ResultFault.NotJson },
        ["media_missing"] = (plan, _) => plan with { MediaFault = MediaFault.Missing },
        ["media_truncated"] = (plan, _) => plan with { MediaFault = MediaFault.Truncated },
        ["media_html"] = (plan, _) => plan with { MediaFault = MediaFault.Html },
        ["media_not_image"] = (plan, _) => plan with { MediaFault = MediaFault.NotImage },
    };

    public static IEnumerable<string> Names => ByName.Keys.Concat(AccountRefusal.Names).Concat(FailureCatalogue.Types);

    public static GenerationPlan Apply(GenerationPlan plan, PromptDirective directive, JsonElement input)
    {
        try
        {
            return ByName.TryGetValue(directive.Name, out var change) ? change(plan, directive.Value)
                : FailureCatalogue.Find(directive.Name, input) is { } failure ? plan with { Failure = failure }
                : plan with { Failure = Misused($"There is no emulator directive '{directive.Name}'. Known: {string.Join(", ", Names)}") };
        }
        catch (FormatException exception)
        {
            return plan with { Failure = Misused($"Emulator directive '{directive.Name}': {exception.Message}") };
        }
    }

    private static double Number(string? text, double maximum) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= maximum
            ? number
            : throw new FormatException($"needs a number from 0 to {maximum}, not '{text}'");

    private static Failure Misused(string message) => Failure.Invalid([new Problem(["body", "prompt"], "emulator_directive", message)]);
}
