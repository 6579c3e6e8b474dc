using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Imagen4.Emulator.Generation;

/// <summary>What each directive does to the plan of its job. An unknown directive fails the job, loudly.</summary>
internal static class Directives
{
    private static readonly Dictionary<string, Func<GenerationPlan, string?, GenerationPlan>> ByName = new(StringComparer.Ordinal)
    {
        ["seconds"] = (plan, value) => plan with { Duration = TimeSpan.FromSeconds(Number(value, 86_400)) },
        ["images"] = (plan, value) => plan with { Images = [.. plan.Images.Take((int)Number(value, 4))] },
        ["pixels"] = (plan, value) => plan with { Images = [.. plan.Images.Select(image => image.Within((int)Number(value, 4096)))] },
        ["bytes"] = (plan, value) => plan with { Images = [.. plan.Images.Select(image => image.PaddedTo((int)Number(value, 1 << 28)))] },
        ["string_detail"] = (plan, _) => plan with
        {
            Failure = new Failure(422, "value_error", "The model did not take this input") { Form = FailureForm.Text, Retryable = false },
        },
        ["null_fields"] = (plan, _) => plan with { ResultFault = ResultFault.NullFields },
        ["result_not_json"] = (plan, _) => plan with { ResultFault = ResultFault.NotJson },
        ["media_private"] = (plan, _) => plan with { MediaAcl = MediaAcl.Forbid },
        ["media_hidden"] = (plan, _) => plan with { MediaAcl = MediaAcl.Hide },
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

/// <summary><c>[emulator:NAME]</c> or <c>[emulator:NAME=VALUE]</c> in a prompt: lets any client provoke an outcome.</summary>
internal sealed partial record PromptDirective(string Name, string? Value)
{
    public static IEnumerable<PromptDirective> AllIn(string prompt) =>
        Pattern.Matches(prompt).Select(match => new PromptDirective(
            match.Groups["name"].Value,
            match.Groups["value"] is { Success: true } value ? value.Value : null));

    [GeneratedRegex(@"\[emulator:(?<name>[a-z_]+)(=(?<value>[^\]]*))?\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }
}

/// <summary>A host that takes no request from this account, whatever it asks for: nothing is accepted, nothing is billed.</summary>
/// <param name="Status">The status.</param>
/// <param name="Message">The host's words.</param>
/// <param name="Code">The code, of hosts that have one.</param>
internal sealed record AccountRefusal(int Status, string Message, string? Code = null)
{
    private static readonly Dictionary<string, AccountRefusal> ByName = new(StringComparer.Ordinal)
    {
        ["locked"] = new(403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."),
        ["top_up"] = new(403, "User is locked. Reason: TOP_UP."),
        ["admin_lock"] = new(403, "User is locked. Reason: Admin lock. Please contact support@fal.ai."),
        ["model_blocked"] = new(403, "Access to this model is blocked by your organization's access controls."),
        ["model_not_in_key"] = new(403, "This API key does not have permission to call this endpoint."),
        ["not_allowed"] = new(403, "Forbidden"),
        ["insufficient_quota"] = new(
            429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota"),
        ["payment_required"] = new(402, "Payment required"),
        ["out_of_credits"] = new(
            403,
            "You've run out of credits. "
            + "Please top up your balance or update your payment method to continue: https://aimlapi.com/app/billing/"),
    };

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The refusal that the prompt asks for, if it does.</summary>
    public static AccountRefusal? Find(string? prompt) =>
        PromptDirective.AllIn(prompt ?? "")
            .Select(directive => ByName.GetValueOrDefault(directive.Name))
            .OfType<AccountRefusal>()
            .FirstOrDefault();
}
