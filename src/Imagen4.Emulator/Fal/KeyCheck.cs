using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Fal;

/// <summary>Checks <c>Authorization: Key …</c>; without a configured key, any key opens the door.</summary>
internal sealed class KeyCheck(string? onlyKey)
{
    private const string Scheme = "Key ";

    /// <summary>The key, or the answer that refuses the call.</summary>
    public (string? Key, JsonAnswer? Refusal) Read(HttpRequest request, EndpointId endpoint)
    {
        var header = request.Headers.Authorization.ToString();
        var key = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        return key.Length == 0 || key.Contains(' ') ? (null, FalErrors.NoKey(endpoint))
            : onlyKey is not null && key != onlyKey ? (null, FalErrors.WrongKey)
            : (key, null);
    }
}
