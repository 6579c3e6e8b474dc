using System.Text.Json;
using System.Text.RegularExpressions;
using Imagen4.Emulator.Images;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Generation;

/// <summary>Plans the outcome of a job from its input alone.</summary>
internal sealed partial class Planner(Snapshot snapshot, Func<string, bool> isMissing)
{
    public GenerationPlan Plan(ModelEntry model, string requestId, JsonElement body)
    {
        var checkedInput = InputCheck.Run(Catalogue.Default.FieldsOf(model, snapshot), body);
        if (checkedInput.Problems.Count == 0 && MissingFile(checkedInput.Values, body) is { } missing)
        {
            checkedInput = checkedInput with { Problems = [missing] };
        }

        if (checkedInput.Problems.Count > 0)
        {
            // A model checks its input before it works, so this takes no time.
            return new GenerationPlan
            {
                Prompt = JsonText.PromptOf(body) ?? "",
                Duration = TimeSpan.Zero,
                Failure = Failure.Invalid(checkedInput.Problems),
            };
        }

        return PlanOf(GenerationInput.From(checkedInput.Values), requestId, body);
    }

    /// <summary>The plan for an input that was found to be good.</summary>
    public static GenerationPlan PlanOf(GenerationInput input, string requestId, JsonElement body)
    {
        var seed = input.Seed ?? SeedFrom(requestId);
        var plan = new GenerationPlan
        {
            Prompt = input.Prompt,
            Seed = seed,
            ImagesAsked = input.NumImages,
            Images = ImageRecipe.AllOf(input, seed),
            Inline = input.SyncMode,
            Failure = Forbidden.IsMatch(input.Prompt) ? FailureCatalogue.Find("content_policy_violation", body) : null,
        };
        return PromptDirective.AllIn(input.Prompt).Aggregate(plan, (changed, directive) => Directives.Apply(changed, directive, body));
    }

    // A model reads the files it is given before it works.
    private Problem? MissingFile(IReadOnlyDictionary<string, object?> values, JsonElement body)
    {
        foreach (var (name, value) in values)
        {
            IEnumerable<string> addresses = (name, value) switch
            {
                ("image_urls", IReadOnlyList<string> several) => several,
                ("image_url", string one) => [one],
                _ => [],
            };
            if (addresses.Any(isMissing))
            {
                return FailureCatalogue.Find("file_download_error", body)!.Problems[0] with
                {
                    Location = ["body", name],
                    Input = body.GetProperty(name),
                };
            }
        }

        return null;
    }

    // Random to the client, the same whenever the job is looked at.
    private static long SeedFrom(string requestId) => (long)(StableHash.Of(requestId) % uint.MaxValue);

    [GeneratedRegex(@"\bforbidden\b", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden { get; }
}
