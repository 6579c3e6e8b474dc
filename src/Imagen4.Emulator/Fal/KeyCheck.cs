using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Fal;

/// <summary>Checks <c>Authorization: SCHEME …</c>; without a configured key, any key opens the door.</summary>
internal sealed class KeyCheck(string? onlyKey, string scheme)
{
    public const string Key = "Key";
    public const string Bearer = "Bearer";

    private readonly string _prefix = $"{scheme} ";

    /// <summary>The key, or one of the two answers that refuse the call.</summary>
    public (string? Key, JsonAnswer? Refusal) Read(HttpRequest request, JsonAnswer noKey, JsonAnswer wrongKey)
    {
        var header = request.Headers.Authorization.ToString();
        var key = header.StartsWith(_prefix, StringComparison.OrdinalIgnoreCase) ? header[_prefix.Length..].Trim() : "";
        return key.Length == 0 || key.Contains(' ') ? (null, noKey)
            : onlyKey is not null && key != onlyKey ? (null, wrongKey)
            : (key, null);
    }
}
