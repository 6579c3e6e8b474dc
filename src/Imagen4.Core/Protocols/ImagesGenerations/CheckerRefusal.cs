using System.Collections.Frozen;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.ImagesGenerations;

/// <summary>
/// A refusal by a host's checker of content. Hosts of one form put its code in many places: beside the message, one level down, in what
/// Azure has within that, or in a list as fal's.
/// </summary>
internal static class CheckerRefusal
{
    private static readonly FrozenSet<string> Codes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "content_policy_violation", "moderation_blocked", "content_filter", "contentFilter", "ResponsibleAIPolicyViolation");

    private static readonly string[] Names = ["code", "type", "error_type", "error"];
    private static readonly string[] Inner = ["error", "innererror", "inner_error", "detail"];

    /// <summary>The code by which an answer says so, in the host's spelling; null where it does not.</summary>
    public static string? CodeIn(HostResponse response) => response.JsonObject() is { } body ? CodeIn(body) : null;

    private static string? CodeIn(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.Array)
        {
            return error.EnumerateArray().Select(CodeIn).FirstOrDefault(code => code is not null);
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        // What lies deeper says it more exactly than a code around it that is the checker's as well.
        return Members(error, Inner).Select(CodeIn).FirstOrDefault(code => code is not null)
            ?? Members(error, Names)
                .Where(member => member.ValueKind == JsonValueKind.String)
                .Select(JsonText.Text)
                .FirstOrDefault(Codes.Contains);
    }

    private static IEnumerable<JsonElement> Members(JsonElement error, string[] names) =>
        names.Where(name => error.TryGetProperty(name, out _)).Select(name => error.GetProperty(name));
}
