using System.Text.Json;
using System.Text.Json.Nodes;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Protocols.Fal;

namespace Imagen4.Fuzz.Targets;

/// <summary>Records as they come down the pipeline: the cells of one row.</summary>
internal static class Records
{
    private static readonly string[] Names =
    [
        "Prompt", "Key", "Provider", "Model", "FileName", "LedgerId", "RequestId", "AdditionalInput", "Tag", "WebhookUri", "Priority", "StartTimeoutSec",
        "MaxQueueLength", "ObjectLifetime", "ImagePath", "ImageUri", "NumImages", "Seed", "AspectRatio", "SyncMode", "SafetySetting",
    ];

    public static Task ReadAsync(byte[] input)
    {
        if (Parse(input) is not JsonObject record)
        {
            return Task.CompletedTask;
        }

        // By their own names where they have one, and else in the order in which they come.
        var cells = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase) { ["Prompt"] = "a red fox" };
        foreach (var (member, at) in Members(record).Select((member, at) => (member, at)))
        {
            cells[Names.Contains(member.Key, StringComparer.OrdinalIgnoreCase) ? member.Key : Names[at % Names.Length]] = Cell(member.Value);
        }

        _ = RowReader.ReadSettings(1, cells);
        _ = RowReader.ReadImages(1, cells);
        var row = RowReader.Read(1, cells);
        _ = RowIdentity.Hash(Hosts.Model, row.Input);
        _ = new FalQueueProtocol().SubmitBody(Hosts.Model, row.Input);
        row.Input.CopyTo(new ImagenResult());
        return Task.CompletedTask;
    }

    private static JsonNode? Parse(byte[] input)
    {
        try
        {
            return JsonNode.Parse(input);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A name that comes twice, and half a character in one, is found out only here: PowerShell's own reader of JSON has refused it.
    private static List<KeyValuePair<string, JsonNode?>> Members(JsonObject record)
    {
        try
        {
            return [.. record];
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or JsonException)
        {
            return [];
        }
    }

    private static object? Cell(JsonNode? value)
    {
        try
        {
            return value?.GetValueKind() switch
            {
                JsonValueKind.String => (object)value.GetValue<string>(),
                JsonValueKind.Number => value.GetValue<double>(),
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => value,
            };
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or JsonException)
        {
            return null;
        }
    }
}
