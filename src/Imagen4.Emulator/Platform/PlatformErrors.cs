using Imagen4.Emulator.Http;

namespace Imagen4.Emulator.Platform;

/// <summary>Every answer of the platform's that is not a success.</summary>
internal static class PlatformErrors
{
    public static JsonAnswer Unauthorized => Of(401, "authorization_error", "Authentication is required to access this resource");

    public static JsonAnswer NoHistory => Of(404, "not_found", "The history of requests is switched off");

    public static JsonAnswer Invalid(string message) => Of(400, "validation_error", message);

    private static JsonAnswer Of(int status, string type, string message)
    {
        var docs = $"https://docs.fal.ai/errors#{type}";
        var error = new PlatformError(new PlatformErrorBody(type, message, docs, Guid.NewGuid().ToString()));
        return JsonAnswer.Of(status, error, PlatformJson.Wire.PlatformError);
    }
}
