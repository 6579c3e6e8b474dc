using System.Collections.Frozen;
using System.Text.Json;
using Imagen4.Core.Http;

namespace Imagen4.Core.Protocols;

/// <summary>A 429 that is no throttle: the account has used up what it may use, and waiting does not bring it back.</summary>
internal static class LastingQuota
{
    private static readonly FrozenSet<string> Types = FrozenSet.Create(
        "insufficient_quota", "insufficient_user_quota", "billing_hard_limit_reached");

    /// <summary>Whether an answer says so, in the forms of hosts that use the status for both.</summary>
    public static bool IsSaidIn(HostResponse response) =>
        (int)response.Status == 429
        && response.JsonObject() is { } body
        && (IsNamed(body) || (body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && IsNamed(error)));

    private static bool IsNamed(JsonElement error)
    {
        foreach (var member in error.EnumerateObject())
        {
            if (member.Name is "type" or "code" or "error_type" && Types.Contains(JsonText.Text(member.Value)))
            {
                return true;
            }
        }

        return false;
    }
}
