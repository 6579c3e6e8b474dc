using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Imagen4.Emulator.Http;
using Imagen4.Emulator.Schema;

namespace Imagen4.Emulator.Platform;

/// <summary>fal's catalogue of the models that the emulator serves, page by page, with their OpenAPI documents where they are asked
/// for.</summary>
internal sealed class ModelList(Snapshot snapshot)
{
    private const int UsualPage = 20;
    private const int MostPerPage = 100;
    private const int MostIds = 50;
    private const string Date = "2026-08-02T00:00:00Z";

    private static readonly string[] Statuses = ["active", "deprecated"];

    /// <exception cref="FormatException">The message says what is wrong with the question.</exception>
    public JsonAnswer Read(IQueryCollection query)
    {
        var ids = Values.Of(query, "endpoint_id");
        if (ids.Count > MostIds)
        {
            throw new FormatException($"endpoint_id takes at most {MostIds} values");
        }

        var status = Text(query, "status");
        if (status is not null && !Statuses.Contains(status))
        {
            throw new FormatException($"status is one of {string.Join(", ", Statuses)}, not '{status}'");
        }

        var skipped = Skipped(query);
        var limit = Limit(query);
        var found = Catalogue.Default.EndpointIds
            .Where(id => (ids.Count == 0 || ids.Contains(id))
                && (Text(query, "category") is not { } category || Category(id) == category)
                && (status is null || Status(id) == status)
                && (Text(query, "q") is not { } words || Matches(id, words)))
            .Skip(skipped)
            .Take(limit + 1)
            .ToList();
        var more = found.Count > limit;
        var expanded = Values.Of(query, "expand").Contains("openapi-3.0");
        var page = new JsonObject
        {
            ["models"] = new JsonArray([.. found.Take(limit).Select(id => Entry(id, expanded))]),
            ["next_cursor"] = more ? Cursor(skipped + limit) : null,
            ["has_more"] = more,
        };
        return new JsonAnswer(200, Encoding.UTF8.GetBytes(page.ToJsonString()));
    }

    private JsonObject Entry(string id, bool expanded)
    {
        var entry = new JsonObject
        {
            ["endpoint_id"] = id,
            ["metadata"] = new JsonObject
            {
                ["display_name"] = Name(id),
                ["category"] = Category(id),
                ["description"] = $"{Name(id)}, as the emulator has it",
                ["status"] = Status(id),
                ["tags"] = new JsonArray(),
                ["updated_at"] = Date,
                ["is_favorited"] = null,
                ["thumbnail_url"] = "",
                ["model_url"] = $"https://fal.run/{id}",
                ["date"] = Date,
                ["highlighted"] = false,
                ["pinned"] = false,
            },
        };
        if (expanded)
        {
            entry["openapi"] = Document(id);
        }

        return entry;
    }

    private JsonObject Document(string id)
    {
        var fields = Catalogue.Default.FieldsOf(Catalogue.Default.FindModel(id)!, snapshot);
        var input = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)Property(field.Rule)))),
            ["required"] = new JsonArray([.. fields.Where(field => field.Rule.Required).Select(field => JsonValue.Create(field.Name))]),
        };
        var reference = new JsonObject { ["$ref"] = "#/components/schemas/Input" };
        return new JsonObject
        {
            ["openapi"] = "3.0.4",
            ["info"] = new JsonObject { ["title"] = $"Queue OpenAPI for {id}", ["version"] = "1.0.0" },
            ["paths"] = new JsonObject
            {
                [$"/{id}"] = new JsonObject
                {
                    ["post"] = new JsonObject
                    {
                        ["requestBody"] = new JsonObject
                        {
                            ["required"] = true,
                            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = reference } },
                        },
                    },
                },
                [$"/{id}/requests/{{request_id}}"] = new JsonObject { ["get"] = new JsonObject() },
            },
            ["components"] = new JsonObject { ["schemas"] = new JsonObject { ["Input"] = input } },
        };
    }

    private static JsonObject Property(FieldRule rule)
    {
        var property = new JsonObject
        {
            ["type"] = rule.Type switch
            {
                FieldType.Integer => "integer",
                FieldType.Boolean => "boolean",
                FieldType.List => "array",
                _ => "string",
            },
        };
        if (rule.Type == FieldType.List)
        {
            property["items"] = new JsonObject { ["type"] = "string" };
        }

        if (rule.Choices is { } choices)
        {
            property["enum"] = new JsonArray([.. choices.Select(choice => JsonValue.Create(choice))]);
        }

        if (rule.Minimum is { } minimum)
        {
            property["minimum"] = minimum;
        }

        if (rule.Maximum is { } maximum)
        {
            property["maximum"] = maximum;
        }

        if (rule.Default is { } value)
        {
            property["default"] = JsonNode.Parse(value.GetRawText());
        }

        // As pydantic writes it.
        return rule.Nullable ? new JsonObject { ["anyOf"] = new JsonArray(property, new JsonObject { ["type"] = "null" }) } : property;
    }

    private static string Status(string id) => Catalogue.Default.FindModel(id)!.Retired ? "deprecated" : "active";

    private static string Category(string id) => id.EndsWith("/edit", StringComparison.Ordinal) ? "image-to-image" : "text-to-image";

    private static string Name(string id) =>
        CultureInfo.InvariantCulture.TextInfo.ToTitleCase(string.Join(' ', id.Split('/')[1..]).Replace('-', ' '));

    private static bool Matches(string id, string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .All(word => $"{id} {Name(id)} {Category(id)}".Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static int Limit(IQueryCollection query) => Text(query, "limit") is not { } text ? UsualPage
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? Math.Min(limit, MostPerPage)
        : throw new FormatException($"limit is a whole number from 1, not '{text}'");

    private static string Cursor(int skipped) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{skipped}"));

    private static int Skipped(IQueryCollection query)
    {
        if (Text(query, "cursor") is not { } cursor)
        {
            return 0;
        }

        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length)
            && int.TryParse(Encoding.ASCII.GetString(bytes, 0, length), NumberStyles.None, CultureInfo.InvariantCulture, out var skipped)
            ? skipped
            : throw new FormatException($"cursor is not one of this catalogue: '{cursor}'");
    }
}
