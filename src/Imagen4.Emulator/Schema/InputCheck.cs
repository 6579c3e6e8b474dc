using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Imagen4.Emulator.Generation;

namespace Imagen4.Emulator.Schema;

/// <summary>Checks an input as the host's models do: every field, in order, all problems together. Unknown fields are ignored.</summary>
internal static class InputCheck
{
    public static CheckedInput Run(IReadOnlyList<Field> fields, JsonElement body)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        foreach (var field in fields)
        {
            string[] location = ["body", field.Name];
            if (!body.TryGetProperty(field.Name, out var given))
            {
                if (field.Rule.Required)
                {
                    problems.Add(new Problem(location, "missing", "Field required") { Input = body });
                }

                given = field.Rule.Default ?? default;
            }

            if (given.ValueKind == JsonValueKind.Undefined || (given.ValueKind == JsonValueKind.Null && field.Rule.Nullable))
            {
                continue;
            }

            var (value, problem) = FieldCheck.Run(field.Rule, given);
            values[field.Name] = value;
            if (problem is not null)
            {
                problems.Add(problem with { Location = location, Input = given });
            }
        }

        return new CheckedInput(values, problems);
    }
}

/// <summary>The values of an input with defaults filled in, or what is wrong with it.</summary>
internal sealed record CheckedInput(IReadOnlyDictionary<string, object?> Values, IReadOnlyList<Problem> Problems);

/// <summary>Text in JSON that a client sent.</summary>
internal static class JsonText
{
    /// <summary>False for anything but a string, and for a string whose escapes are not valid text (a lone surrogate).</summary>
    public static bool TryRead(JsonElement element, [NotNullWhen(true)] out string? text)
    {
        text = null;
        try
        {
            text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
        }

        return text is not null;
    }

    /// <summary>The prompt of an input, as far as there is one.</summary>
    public static string? PromptOf(JsonElement input) =>
        input.TryGetProperty("prompt", out var prompt) && TryRead(prompt, out var text) ? text : null;
}
