using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Ledger;

/// <summary>
/// What makes a row of one run the same as a row of another: where it goes, what is sent, which of its like it is in the
/// pipeline, and where its images are to be; with a key of the caller's, the key instead of what is sent.
/// </summary>
/// <param name="Row">Names the row.</param>
/// <param name="Subject">Names the row whatever its directory.</param>
/// <param name="InputHash">Names what is sent.</param>
/// <param name="Directory">The full output directory; null when only submitting.</param>
internal sealed record RowIdentity(string Row, string Subject, string InputHash, string? Directory)
{
    /// <summary>Identifies a row by what is sent.</summary>
    /// <param name="baseUri">The provider's base address.</param>
    /// <param name="model">The endpoint id.</param>
    /// <param name="inputHash">What <see cref="Hash"/> makes of the input.</param>
    /// <param name="occurrence">The how manieth of its like it is in its pipeline, from 1.</param>
    /// <param name="directory">The full output directory, or null.</param>
    public static RowIdentity OfInput(Uri baseUri, string model, string inputHash, int occurrence, string? directory) =>
        Of(["input", Base(baseUri), model, inputHash, occurrence.ToString(CultureInfo.InvariantCulture)], inputHash, directory);

    /// <summary>Identifies a row by the caller's key.</summary>
    public static RowIdentity OfKey(Uri baseUri, string key, string inputHash, string? directory) =>
        Of(["key", Base(baseUri), key], inputHash, directory);

    /// <summary>Names a model's input: members in the order of their names, line ends as line feeds.</summary>
    public static string Hash(string model, ImageInput input)
    {
        var json = System.Text.Json.JsonSerializer.SerializeToNode(input, ImageInputJson.Plain.ImageInput);
        return Digest([model, Sorted(json)!.ToJsonString()]);
    }

    private static RowIdentity Of(string[] parts, string inputHash, string? directory) =>
        new(Digest([.. parts, directory ?? ""]), Digest(parts), inputHash, directory);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members
            .OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String =>
            JsonValue.Create(value.GetValue<string>().ReplaceLineEndings("\n")),
        _ => node?.DeepClone(),
    };

    private static string Base(Uri address) => address.AbsoluteUri.TrimEnd('/');

    // The length before each part keeps two rows apart whose parts only join to the same text.
    private static string Digest(IEnumerable<string> parts)
    {
        var text = string.Concat(parts.Select(part => $"{part.Length}:{part};"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
