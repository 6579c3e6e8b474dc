using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Imagen4.Core.Http;

namespace Imagen4.Core.Ledger;

/// <summary>What the ledger keeps as JSON text, because it is only kept and never searched.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(LedgerResult))]
[JsonSerializable(typeof(LedgerSettings))]
internal sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>Text stays in its own script: it goes into a database, never into a page.</summary>
    public static LedgerJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a value; null for none.</summary>
    public static string? Write<T>(T? value, JsonTypeInfo<T> type)
        where T : class => value is null ? null : JsonSerializer.Serialize(value, type);

    /// <summary>Reads a value; null where there is none, or none whose texts can all be read.</summary>
    public static T? Read<T>(string? json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            // Of what is kept as JSON within it, the texts are read only when somebody is shown them.
            var isReadable = json is not null
                && (!json.Contains("\\u", StringComparison.Ordinal) || JsonCheck.IsWellFormed(Encoding.UTF8.GetBytes(json), inValues: true));
            return isReadable ? JsonSerializer.Deserialize(json!, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
