using System.Collections.Frozen;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Contract;

/// <summary>
/// What an answer to a paid POST says besides its status, read from the forms of one protocol. What follows from it is decided in
/// one place, for all protocols alike.
/// </summary>
internal sealed record SubmitMarks
{
    /// <summary>Whether it names a request, by an id that can be used or by one that cannot.</summary>
    public bool HasRequestId { get; init; }

    /// <summary>The id it names, where that can be used; or null.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether it says that something is billed.</summary>
    public bool IsBilled { get; init; }

    /// <summary>
    /// Whether an error in it is the host's own word on what has become of this request: only where the answer is the result.
    /// </summary>
    public bool IsOwnWord { get; init; }

    /// <summary>Whether it says that sending the same request later would be refused, too.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether it says that the account is locked, which may pass, and nothing in it names a request.</summary>
    public bool IsLock { get; init; }

    /// <summary>Whether the host may have taken the request, whatever the status says.</summary>
    public bool SaysTaken => HasRequestId || IsBilled;
}

/// <summary>
/// A 429 that is not a throttle, or a 400 that is not about the input: the account has used up what it may use, and waiting does not bring
/// it back.
/// </summary>
internal static class LastingQuota
{
    private static readonly FrozenSet<string> Types = FrozenSet.Create(
        "insufficient_quota", "insufficient_user_quota", "billing_hard_limit_reached");

    /// <summary>Whether an answer says so, in the forms of hosts that use the status for other things, too.</summary>
    public static bool IsSaidIn(HostResponse response) =>
        (int)response.Status is 400 or 402 or 403 or 429
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
