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
